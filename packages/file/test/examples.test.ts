import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { testExamples } from '../../core/test/support/examples.ts';
import { playground } from './support/playground.ts';

const here = process.cwd();
const place = await playground();
process.chdir(place.path);

/** Of the example that runs: aborted once it has shown what it is there to show, and at its end. */
let over: AbortController;

beforeEach(() => {
  over = new AbortController();
  rmSync('config', { recursive: true, force: true });
  mkdirSync('config');
  writeFileSync('config/routes.yml', 'old');
});

/** As soon as an example watches, someone edits its file. */
const edit = (published: unknown) => {
  if ((published as { state: string }).state === 'open') writeFileSync('config/routes.yml', 'new');
};
subscribe('watcher:events:stream', edit);

afterEach(() => over.abort());
afterAll(async () => {
  unsubscribe('watcher:events:stream', edit);
  process.chdir(here);
  await place[Symbol.asyncDispose]();
});

testExamples(new URL('..', import.meta.url), {
  given: {
    signal: { declaration: 'declare const signal: AbortSignal', value: () => over.signal },
    load: {
      declaration: 'declare function load(name: string): Promise<void>',
      value: () => async () => over.abort(),
    },
  },
  onLog: () => over.abort(),
});
