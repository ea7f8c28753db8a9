import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { FakeEngine } from '@watcher/testing/engine';
import { afterAll, afterEach, beforeEach, vi } from 'vitest';
import { testExamples } from '../../core/test/support/examples.ts';

/** The engine that an example finds, as it would the user's own. */
let engine: FakeEngine;
/** Of the example that runs: aborted once it has shown what it is there to show, and at its end. */
let over: AbortController;

beforeEach(async () => {
  over = new AbortController();
  engine = await FakeEngine.start();
  vi.stubEnv('DOCKER_HOST', engine.host);
});

/** As soon as an example watches, a container starts. */
const start = (published: unknown) => {
  if ((published as { state: string }).state !== 'open') return;
  void engine.create({ name: 'web', image: 'nginx' }).then((id) => engine.start(id));
};
subscribe('watcher:events:stream', start);

afterEach(async () => {
  over.abort();
  vi.unstubAllEnvs();
  await engine[Symbol.asyncDispose]();
});
afterAll(() => unsubscribe('watcher:events:stream', start));

testExamples(new URL('..', import.meta.url), {
  given: { signal: { declaration: 'declare const signal: AbortSignal', value: () => over.signal } },
  onLog: () => over.abort(),
});
