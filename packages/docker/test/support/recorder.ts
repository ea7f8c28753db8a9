import type { WatcherError, WatchStream } from '@watcher/core';
import { type DockerEvent, formatEvent, isForceReload } from '@watcher/events';

/**
 * What a stream tells its consumer, in the order it is told, in a line each: `started web`, `reload gap`,
 * `error CONNECTION_LOST`, `closed aborted`.
 */
export class Recorder implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly events: DockerEvent[] = [];
  readonly errors: WatcherError[] = [];
  readonly stream: WatchStream<DockerEvent>;

  constructor(stream: WatchStream<DockerEvent>) {
    this.stream = stream;
    stream.subscribe({
      push: (event) => {
        this.events.push(event);
        this.lines.push(isForceReload(event) ? `reload ${event.reason}` : formatEvent(event));
      },
      error: (error) => {
        this.errors.push(error);
        this.lines.push(`error ${error.code}`);
      },
      close: ({ reason }) => this.lines.push(`closed ${reason}`),
    });
  }

  /** What was told since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream.close();
  }
}
