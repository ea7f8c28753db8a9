import { testExamples } from '../../core/test/support/examples.ts';
import { Action, type FileEvent } from '../src/index.ts';

testExamples(new URL('..', import.meta.url), {
  given: {
    changes: {
      declaration:
        "declare function changes(signal: AbortSignal): AsyncIterable<import('@watcher/events').FileEvent>",
      value: () => changes,
    },
  },
});

async function* changes(): AsyncGenerator<FileEvent> {
  const common = { type: 'file', actorId: '', actorAttributes: {}, time: 0, source: '/etc/app' } as const;
  yield { ...common, action: Action.FileWritten, actorName: 'routes.yml' };
}
