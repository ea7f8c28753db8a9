import type { WatchOptions, WatchStream } from '@watcher/core';
import { EventChannel, type FileEvent } from '@watcher/events';
import { eventOf, latestOfEachPath, reloadOf } from './file-events.ts';
import { Observation, type Seat } from './observation.ts';
import type { Settings } from './options.ts';

/**
 * What all streams of one directory share: one observation, begun with the first of them and ended with the last.
 */
export class DirectoryWatch {
  readonly settings: Settings;
  readonly #path: string;
  readonly #onUse: (inUse: boolean) => void;
  #observation: Observation | undefined;

  /** @param onUse called when the first stream has begun, and when the last is over */
  constructor(path: string, settings: Settings, onUse: (inUse: boolean) => void = () => {}) {
    this.settings = settings;
    this.#path = path;
    this.#onUse = onUse;
  }

  /** A stream of every file, or of the one called `name`. */
  stream(source: string, name: string | undefined, options: WatchOptions = {}): WatchStream<FileEvent> {
    const { clock } = this.settings;
    const channel = new EventChannel<FileEvent>({
      ...options,
      source,
      reload: (reason) => reloadOf(source, reason, clock.now()),
      coalesce: latestOfEachPath,
    });
    return channel.run(async (signal) => {
      const failed = Promise.withResolvers<void>();
      const seat: Seat = {
        name,
        open: () => channel.opened(),
        tell: (change) => channel.push(eventOf(change, source, clock.now())),
        fault: (fault) => channel.error(fault),
        fail: failed.reject,
      };
      signal.addEventListener('abort', () => failed.resolve(), { once: true });
      if (!this.#observation) {
        this.#observation = new Observation(this.#path, this.settings);
        this.#onUse(true);
      }
      const observation = this.#observation;
      observation.join(seat);
      try {
        await failed.promise;
      } finally {
        if (!observation.leave(seat)) {
          if (this.#observation === observation) {
            this.#observation = undefined;
            this.#onUse(false);
          }
          await observation.close();
        }
      }
    });
  }
}
