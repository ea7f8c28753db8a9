import type { Watcher, WatchOptions } from '@watcher/core';
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
    const channel = new EventChannel<FileEvent>({
      ...options,
      source: 'memory',
      reload: (reason) => forceReload('file', 'memory', reason, Date.now()),
    });
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
