import { watcherContract } from '@watcher/testing/contract';
import { FakeEngine, type FakeEngineOptions } from '@watcher/testing/engine';
import { describe, it } from 'vitest';
import { contractHarness } from './support/contract-harness.ts';

const dialects = [
  'docker',
  'podman',
  'podman-4.3',
  'docker-1.52',
] as const satisfies FakeEngineOptions['dialect'][];

describe.each(dialects)('DockerWatcher on a fake engine that speaks %s', (dialect) => {
  for (const { name, run } of watcherContract(contractHarness(() => FakeEngine.start({ dialect }))))
    it(name, run);
});
