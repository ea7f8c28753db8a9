import { ManualClock } from '@watcher/testing/clock';
import { testExamples } from '../../core/test/support/examples.ts';
import { TestSource } from './support/test-source.ts';

testExamples(new URL('..', import.meta.url), {
  given: {
    source: {
      declaration:
        "declare const source: import('@watcher/core').ListWatch<{ readonly name: string; readonly state: string }>",
      value: () => {
        const source = new TestSource(new ManualClock());
        return Object.assign(source, { list: async () => [{ name: 'web', state: 'running' }] });
      },
    },
    watcher: {
      declaration: "declare const watcher: import('@watcher/core').Watcher",
      value: () => {
        const source = new TestSource(new ManualClock());
        return {
          events: (options: object) => {
            const stream = source.watch(options);
            setTimeout(() => void stream.close({ reason: 'failed' }), 10);
            return stream;
          },
        };
      },
    },
  },
});
