import { type Watcher, WatcherError, type WatchOptions } from '@watcher/core';
import { Action, EventChannel, type FileChangeEvent, type FileEvent, forceReload } from '@watcher/events';

/** Where an in-memory watcher gets its events from: whoever tells it, at once. */
export class MemorySource {
  readonly #listeners = new Set<(event: FileChangeEvent) => void>();

  listen(listener: (event: FileChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: FileChangeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** The smallest watcher there can be: no network, no files, and the whole contract by way of EventChannel. */
export class MemoryWatcher implements Watcher<FileEvent> {
  readonly source: MemorySource;

  constructor(source = new MemorySource()) {
    this.source = source;
  }

  events(options?: WatchOptions): EventChannel<FileEvent> {
    const channel = memoryChannel(options);
    return channel.run(async (signal) => {
      await Promise.resolve(); // as any source outside this process, it is not there at once
      if (signal.aborted) return;
      const unlisten = this.source.listen((event) => channel.push(event));
      channel.opened();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      unlisten();
    });
  }
}

/** One whose source can have a fault of a moment. */
export class DisturbedWatcher extends MemoryWatcher {
  readonly #streams = new Set<EventChannel<FileEvent>>();

  override events(options?: WatchOptions): EventChannel<FileEvent> {
    const channel = super.events(options);
    this.#streams.add(channel);
    return channel;
  }

  async disturb(): Promise<void> {
    const error = new WatcherError('gone for a moment', { code: 'GONE', source: 'memory', retryable: true });
    for (const channel of this.#streams) channel.error(error);
  }
}

/** Makes a watcher tell other events than its own, or none, once it was disturbed; the first of them is `nth` 1. */
export function afterDisturbance(
  instead: (event: FileEvent, nth: number) => readonly FileEvent[],
): (honest: DisturbedWatcher) => Watcher<FileEvent> {
  return (honest) => ({
    events: (options) => {
      let isDisturbed = false;
      let nth = 0;
      const onError = (error: WatcherError) => {
        isDisturbed = true;
        options?.onError?.(error);
      };
      const channel = honest.events({ ...options, onError });
      const push = channel.push.bind(channel);
      channel.push = (event) => {
        for (const told of isDisturbed ? instead(event, ++nth) : [event]) push(told);
      };
      return channel;
    },
  });
}

/** One that can never watch. */
export class BrokenWatcher implements Watcher<FileEvent> {
  events(options?: WatchOptions): EventChannel<FileEvent> {
    return memoryChannel(options).run(async () => {
      throw new WatcherError('the key is unreadable', { code: 'BROKEN', source: 'memory' });
    });
  }
}

export function memoryChannel(options?: WatchOptions): EventChannel<FileEvent> {
  return new EventChannel<FileEvent>({
    ...options,
    source: 'memory',
    reload: (reason) => forceReload('file', 'memory', reason, Date.now()),
  });
}

export function created(actorName: string): FileChangeEvent {
  return {
    type: 'file',
    action: Action.FileCreated,
    actorName,
    actorId: '',
    actorAttributes: {},
    time: Date.now(),
    source: 'memory',
  };
}
