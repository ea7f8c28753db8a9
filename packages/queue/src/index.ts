export type { Coalesce } from '@watcher/core';
export type { RetryOptions } from './backoff.ts';
export type {
  FlushDiagnostic,
  QueueOverflowDiagnostic,
  QueueState,
  QueueStateDiagnostic,
} from './diagnostics.ts';
export { EventQueue } from './event-queue.ts';
export type { EventQueueOptions, FlushContext, FlushTrigger } from './options.ts';
export type { QueueStats } from './stats.ts';
