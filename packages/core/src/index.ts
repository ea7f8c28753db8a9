import './ambient.ts';

export { type Clock, delay, systemClock, type Timer } from './clock.ts';
export type { Coalesce } from './coalesce.ts';
export { isWatcherError, WatcherError, type WatcherErrorOptions } from './error.ts';
export type { ReloadReason, WatcherEvent } from './event.ts';
export type { ListWatch } from './list-watch.ts';
export { harmlessLogger, type Logger, type LogMethod } from './logger.ts';
export {
  clockOption,
  countOption,
  durationOption,
  invalidOption,
  loggerOption,
  MAX_DELAY,
  signalOption,
} from './option.ts';
export { printable } from './printable.ts';
export type { CloseReason, StreamStats, WatchSink, WatchStream } from './stream.ts';
export { textOf } from './text-of.ts';
export type { Watcher, WatchOptions } from './watcher.ts';
