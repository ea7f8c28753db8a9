import type { Watcher, WatcherError, WatchOptions, WatchStream } from '@watcher/core';
import { type FileEvent, formatEvent, isForceReload } from '@watcher/events';

/** Everything a watcher tells, from the beginning to the end of a block. */
export class Recorder implements AsyncDisposable {
  readonly events: FileEvent[] = [];
  readonly errors: WatcherError[] = [];
  readonly stream: WatchStream<FileEvent>;
  #wake = Promise.withResolvers<void>();

  constructor(stream: WatchStream<FileEvent>, onEvent: (event: FileEvent) => void = () => {}) {
    this.stream = stream;
    stream.subscribe({
      push: (event) => {
        this.events.push(event);
        onEvent(event);
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
    return this.events.map(lineOf);
  }

  get errorCodes(): string[] {
    return this.errors.map(({ code }) => code);
  }

  /** Resolves as soon as what was told fulfils `condition`. */
  async until(condition: (recorder: this) => boolean, limit = 10_000): Promise<void> {
    const timeout = AbortSignal.timeout(limit);
    const { promise: late, reject } = Promise.withResolvers<never>();
    timeout.onabort = () =>
      reject(new Error(`in vain, after ${JSON.stringify([this.lines, this.errorCodes])}`));
    while (!condition(this)) await Promise.race([this.#wake.promise, late]);
    timeout.onabort = null;
  }

  /** Resolves with the lines once there are as many as `count`. */
  async lineCount(count: number): Promise<string[]> {
    await this.until(({ events }) => events.length >= count);
    return this.lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream.close();
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Opens a stream and records it; it is ready when this resolves. */
export async function record(
  watcher: Watcher<FileEvent>,
  options: WatchOptions & { readonly onEvent?: (event: FileEvent) => void } = {},
): Promise<Recorder> {
  const { onEvent, ...watchOptions } = options;
  const recorder = new Recorder(watcher.events(watchOptions), onEvent);
  await recorder.stream.ready;
  return recorder;
}

export function lineOf(event: FileEvent): string {
  if (isForceReload(event)) return `${formatEvent(event)} ${event.reason}`;
  return event.renamedTo === undefined ? formatEvent(event) : `${formatEvent(event)} > ${event.renamedTo}`;
}
