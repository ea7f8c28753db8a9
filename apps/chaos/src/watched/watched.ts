import type { CloseReason } from '@watcher/core';
import type { DockerEvent } from '@watcher/events';
import type { Mode, Setting } from '../script/script.ts';

/** What is watched, and how. Plain data, since it may go to another process. */
export interface WatchOrder {
  readonly host: string;
  readonly mode: Mode;
  readonly view: Setting['view'];
  readonly reading: Setting['reading'];
  readonly capacity: number;
  readonly timeout: number;
  readonly retryInterval: number;
  readonly livenessInterval: number;
  readonly leaseInterval: number;
}

/** What a consumer hears, in the order in which it hears it. */
export type Word =
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly event: DockerEvent }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed'; readonly reason: CloseReason['reason']; readonly message: string }
  /** Its process was late by so many milliseconds. */
  | { readonly kind: 'late'; readonly ms: number };

export type Listen = (word: Word) => void;

/** A consumer of one DockerWatcher, wherever that lives. */
export interface Watched {
  /** It takes nothing out of its stream until it is told to go on. */
  pauseReading(): void;
  resumeReading(): void;
  /** Stops the process it lives in, and continues it. Nothing where that is the driver's own. */
  stop(): void;
  continue(): void;
  /** Resolves when the stream is closed. */
  close(): Promise<void>;
}
