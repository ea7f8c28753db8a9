import { afterAll } from 'vitest';
import { testExamples } from '../../core/test/support/examples.ts';
import { FakeEngine } from '../src/engine/index.ts';

const engine = await FakeEngine.start();
afterAll(() => engine[Symbol.asyncDispose]());

/** A test runner that runs nothing: what its tests do with an engine is right by their types. */
const nothing = () => {};

testExamples(new URL('..', import.meta.url), {
  given: {
    engine: {
      declaration: "declare const engine: import('@watcher/testing/engine').FakeEngine",
      value: () => engine,
    },
    test: {
      declaration: "declare const test: typeof import('vitest').test",
      value: () => ({ skipIf: () => nothing }),
    },
    expect: { declaration: "declare const expect: typeof import('vitest').expect" },
    describe: {
      declaration: "declare const describe: typeof import('vitest').describe",
      value: () => nothing,
    },
    it: { declaration: "declare const it: typeof import('vitest').it" },
    harness: { declaration: "declare const harness: import('@watcher/testing/contract').ContractHarness" },
    event: {
      declaration: "declare const event: import('@watcher/core').WatcherEvent",
      value: () => ({ source: 'local' }),
    },
    onError: { declaration: 'declare function onError(error: Error): void', value: () => nothing },
  },
});
