import type { WatcherEvent } from '@watcher/core';
import type { Trial } from '../trial.ts';

/** The cases of one room: a sentence of the contract, and what tries it. */
export type Cases = Readonly<Record<string, <E extends WatcherEvent>(trial: Trial<E>) => Promise<void>>>;
