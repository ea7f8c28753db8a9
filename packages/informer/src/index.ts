export type { ListWatch } from '@watcher/core';
export type { Change } from './change.ts';
export type { InformerState, InformerSubscriber } from './change-feed.ts';
export type { InformerListDiagnostic, InformerStateDiagnostic } from './diagnostics.ts';
export type { InformerErrorCode } from './errors.ts';
export { Informer } from './informer.ts';
export type { InformerBackoff, InformerOptions } from './options.ts';
export type { InformerStats } from './stats.ts';
