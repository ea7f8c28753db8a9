import { type FileEvent, forceReload } from '@watcher/events';
import { describe, expect, it } from 'vitest';
import { type ContractHarness, watcherContract } from '../../src/contract/index.ts';
import { memorySubject } from './memory-harness.ts';
import {
  afterDisturbance,
  BrokenWatcher,
  DisturbedWatcher,
  MemorySource,
  MemoryWatcher,
} from './memory-watcher.ts';

const harness: ContractHarness<FileEvent> = {
  async begin() {
    const source = new MemorySource();
    const watcher = new DisturbedWatcher(source);
    return {
      ...memorySubject(watcher, source),
      disturb: () => watcher.disturb(),
    };
  },
  async beginBroken() {
    const source = new MemorySource();
    return memorySubject(new BrokenWatcher(), source);
  },
  disturbs: true,
};

describe('an in-memory watcher on EventChannel keeps the contract', () => {
  for (const { name, run } of watcherContract(harness)) it(name, run);
});

describe('an in-memory watcher that tells its consumer to list in place of what comes first after a disturbance', () => {
  const reload = () => forceReload('file', 'memory', 'rescan', Date.now());
  const recovering = afterDisturbance((event, nth) => [nth <= 2 ? reload() : event]);
  const disturbances = watcherContract({
    begin: async () => {
      const source = new MemorySource();
      const honest = new DisturbedWatcher(source);
      return { ...memorySubject(recovering(honest), source), disturb: () => honest.disturb() };
    },
    disturbs: true,
    timeout: 100,
  });
  for (const { name, run } of disturbances) it(`keeps the contract: ${name}`, run);
});

describe('watcherContract', () => {
  const names = (of: ContractHarness<FileEvent>) => watcherContract(of).map(({ name }) => name);

  it('leaves out transient errors and permanent faults for a harness that cannot cause them', () => {
    const { begin } = harness;
    const without = names({ begin });
    const extra = names(harness).filter((name) => !without.includes(name));
    expect(extra).toHaveLength(names(harness).length - without.length);
    expect(extra).toContain('a transient error is told out of band, and the stream goes on');
    expect(extra).toContain(
      'a permanent fault rejects `ready`, fails the stream and is thrown from the loop',
    );
  });

  it('names each case once', () => {
    expect(new Set(names(harness)).size).toBe(names(harness).length);
  });

  it('disposes the subject of a case that fails, and closes its streams', async () => {
    let disposed = 0;
    const source = new MemorySource();
    const deaf: ContractHarness<FileEvent> = {
      begin: async () => ({
        ...memorySubject(new MemoryWatcher(source), source),
        change: async () => ({ action: 2, actorName: 'nothing happens' }),
        [Symbol.asyncDispose]: async () => void disposed++,
      }),
      timeout: 50,
    };
    const [first] = watcherContract(deaf);
    await expect(first?.run()).rejects.toThrow(/Waited 50 ms for the stream to receive/);
    expect(disposed).toBe(1);
    expect(source.listeners).toBe(0);
  });
});
