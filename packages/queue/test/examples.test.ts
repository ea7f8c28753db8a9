import type { WatcherEvent } from '@watcher/core';
import { Action } from '@watcher/events';
import { testExamples } from '../../core/test/support/examples.ts';
import { channel, event } from './support/event.ts';

testExamples(new URL('..', import.meta.url), {
  given: {
    watcher: {
      declaration:
        "declare const watcher: import('@watcher/core').Watcher<import('@watcher/events').DockerEvent>",
      value: () => ({ events: restart }),
    },
    started: {
      declaration: "declare const started: import('@watcher/core').WatcherEvent",
      value: () => event('web'),
    },
  },
});

/** A stream in which a container dies and starts. */
function restart() {
  const stream = channel('local');
  const events: WatcherEvent[] = [event('web', 'local', Action.ContainerDie), event('web', 'local')];
  for (const it of events) stream.push(it);
  return stream;
}
