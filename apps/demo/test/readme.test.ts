import { testExamples } from '../../../packages/core/test/support/examples.ts';

// Those of the whole repository: the demo is where all packages meet. Two of them go on until the process ends.
testExamples(new URL('../../..', import.meta.url), {
  runs: false,
  given: {
    signal: { declaration: 'declare const signal: AbortSignal' },
    rebuild: {
      declaration:
        "declare function rebuild(batch: readonly import('@watcher/core').WatcherEvent[], signal: AbortSignal): Promise<void>",
    },
    log: { declaration: "declare const log: Pick<Console, 'error'>" },
    stream: { declaration: "declare const stream: import('@watcher/core').WatchStream" },
  },
});
