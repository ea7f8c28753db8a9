import type { Watcher, WatcherError, WatchOptions, WatchStream } from '@watcher/core';
import { type FileEvent, formatEvent, isForceReload } from '@watcher/events';
import { onTestFinished } from 'vitest';

/** Everything a watcher tells, from when it was ready until the test is over. */
export class Recorder {
  readonly events: FileEvent[] = [];
  readonly errors: WatcherError[] = [];
  readonly stream: WatchStream<FileEvent>;
  #wake = Promise.withResolvers<void>();

  constructor(stream: WatchStream<FileEvent>) {
    this.stream = stream;
    stream.subscribe({
      push: (event) => {
        this.events.push(event);
        this.#notify();
      },
      error: (error) => {
        this.errors.push(error);
        this.#notify();
      },
    });
  }

  /** `"written a.yml"` and so on; a rename is `"renamed a.yml > b.yml"`. */
  get lines(): string[] {
    return this.events.map((event) => {
      if (isForceReload(event)) return `${formatEvent(event)} ${event.reason}`;
      return event.renamedTo ? `${formatEvent(event)} > ${event.renamedTo}` : formatEvent(event);
    });
  }

  /** Resolves as soon as what was told fulfils `condition`. */
  async until(condition: (recorder: this) => boolean, limit = 10_000): Promise<void> {
    const timeout = AbortSignal.timeout(limit);
    const late = new Promise<never>((_, reject) => {
      timeout.onabort = () =>
        reject(new Error(`still waiting after: ${JSON.stringify([this.lines, this.errors])}`));
    });
    while (!condition(this)) await Promise.race([this.#wake.promise, late]);
  }

  /** Resolves with the lines once there are as many as `count`. */
  async lineCount(count: number): Promise<string[]> {
    await this.until(({ events }) => events.length >= count);
    return this.lines;
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Opens a stream and records it; ready when this resolves, closed when the test is over. */
export async function record(watcher: Watcher<FileEvent>, options?: WatchOptions): Promise<Recorder> {
  const stream = watcher.events(options);
  onTestFinished(() => stream.close());
  const recorder = new Recorder(stream);
  await stream.ready;
  return recorder;
}
