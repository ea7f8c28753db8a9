import type { Watcher } from '@watcher/core';
import type { FileChangeEvent, FileEvent } from '@watcher/events';
import type { ContractSubject } from '../../src/contract/index.ts';
import { created, type MemorySource } from './memory-watcher.ts';

/** A subject whose changes are told by a memory source. `shape` alters an event before it is told. */
export function memorySubject(
  watcher: Watcher<FileEvent>,
  source: MemorySource,
  shape: (event: FileChangeEvent) => FileChangeEvent = (event) => event,
): ContractSubject<FileEvent> {
  return {
    watcher,
    type: 'file',
    source: 'memory',
    change: async (actor) => {
      const event = shape(created(`file-${actor}`));
      source.tell(event);
      return event;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
