import type { Watcher, WatcherEvent, WatchStream } from '../src/index.ts';
import { testExamples } from './support/examples.ts';

testExamples(new URL('..', import.meta.url), {
  given: {
    watcher: {
      declaration: "declare const watcher: import('@watcher/core').Watcher",
      value: (): Watcher => ({ events: oneEvent }),
    },
  },
});

/** As much of a stream as the examples use: one event, and the end. */
function oneEvent(): WatchStream {
  const event: WatcherEvent = {
    type: 'docker',
    action: 32,
    actorName: 'web',
    actorId: '',
    actorAttributes: {},
    time: 0,
    source: 'local',
  };
  const stream = {
    ready: Promise.resolve(),
    async *[Symbol.asyncIterator]() {
      yield event;
    },
    async [Symbol.asyncDispose]() {},
  };
  return stream as unknown as WatchStream;
}
