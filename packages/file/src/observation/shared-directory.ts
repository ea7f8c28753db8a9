import { invalidOption, type WatchOptions, type WatchStream } from '@watcher/core';
import { EventChannel, type FileEvent } from '@watcher/events';
import type { Settings } from '../options.ts';
import { faultError } from '../system/faults.ts';
import { hashOf, type Owner } from './expectations.ts';
import { eventOf, latestOfEachPath, reloadOf } from './file-events.ts';
import { Observation } from './observation.ts';
import type { Seat } from './seats.ts';

export interface StreamOrigin {
  readonly owner: Owner;
  readonly source: string;
  readonly name?: string | undefined;
}

/** What all streams of one directory share: one observation, begun with the first of them and ended with the last. */
export class SharedDirectory {
  readonly settings: Settings;
  readonly #path: string;
  readonly #onUse: (inUse: boolean) => void;
  #observation: Observation | undefined;

  /**
   * @param path resolved
   * @param onUse called when the first stream has begun, and when the last is over
   */
  constructor(path: string, settings: Settings, onUse: (inUse: boolean) => void = () => {}) {
    this.settings = settings;
    this.#path = path;
    this.#onUse = onUse;
  }

  /**
   * A stream of every file, or of the one called `name`. `source` is the directory as its consumer knows it, and
   * `owner` the watcher whose expected writes it leaves out.
   */
  stream({ owner, source, name }: StreamOrigin, options: WatchOptions = {}): WatchStream<FileEvent> {
    const { clock } = this.settings;
    const channel = new EventChannel<FileEvent>({
      ...options,
      source,
      reload: (reason) => reloadOf(source, reason, clock.now()),
      coalesce: latestOfEachPath(),
    });
    return channel.run(async (signal) => {
      const over = Promise.withResolvers<void>();
      const seat: Seat = {
        owner,
        name,
        open: () => channel.opened(),
        tell: (change) => {
          // To whoever asks for this file alone, it is no news that others were moved to make it what it was.
          if (name === undefined || change.kind === 'deleted' || change.kind === 'renamed' || !change.same) {
            channel.push(eventOf(change, source, clock.now()));
          }
        },
        tellKnown: (change) => void channel.pushIfHeld(eventOf(change, source, clock.now())),
        fault: (fault) => channel.error(faultError(fault, source)),
        fail: over.reject,
      };
      const observation = this.#observe();
      observation.join(seat);
      let left: Promise<void> | undefined;
      const leave = () => (left ??= this.#leave(observation, seat));
      signal.addEventListener('abort', () => over.resolve(leave()), { once: true });
      try {
        await over.promise;
      } finally {
        await leave();
      }
    });
  }

  /** Expects a write, as `DirectoryWatcher.expect` does. Without a stream there is no event to leave out. */
  expect(owner: Owner, name: string, content: string | Uint8Array): () => boolean {
    const hash = hashOf(contentOption('content', content));
    return this.#observation?.expect(owner, name, hash) ?? (() => false);
  }

  /** At once, up to what has to be waited for: whoever ends a stream may begin one with other options in the same breath. */
  async #leave(observation: Observation, seat: Seat): Promise<void> {
    if (!observation.leave(seat)) await this.#end(observation);
  }

  #observe(): Observation {
    if (!this.#observation) {
      this.#observation = new Observation(this.#path, this.settings);
      this.#onUse(true);
    }
    return this.#observation;
  }

  /** A stream that is opened from here on begins anew, and does not wait for the end of the old. */
  async #end(observation: Observation): Promise<void> {
    this.#observation = undefined;
    this.#onUse(false);
    await observation.close();
  }
}

/** Checks content without showing it in the error: it may hold secrets. */
function contentOption(option: string, given: string | Uint8Array): string | Uint8Array {
  if (typeof given === 'string' || given instanceof Uint8Array) return given;
  throw invalidOption(option, 'a string or bytes (Uint8Array)', typeof given);
}
