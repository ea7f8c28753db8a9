import { DockerWatcher } from '@watcher/docker';
import { FakeEngine } from '@watcher/testing/engine';
import { expect, it } from 'vitest';
import { IdleWatcher } from '../../examples/idle-watcher.ts';

const soon = { timeout: 15_000 };

it('stops a container that is not used, and follows who starts and stops it', async () => {
  await using engine = await FakeEngine.start();
  const id = await engine.create({ name: 'web' });
  await engine.start(id);
  await engine.start(await engine.create({ name: 'web-2' }));
  const abort = new AbortController();
  const errors: unknown[] = [];
  const idle = new IdleWatcher({
    watcher: new DockerWatcher({ host: engine.host, retryInterval: 100 }),
    container: 'web',
    idleTimeout: 200,
    stop: () => engine.stop(id),
    onError: (error) => errors.push(error),
    signal: abort.signal,
  });
  const running = idle.run();
  const state = async () =>
    (await engine.list({ all: true })).find(({ Names }) => Names[0] === '/web')?.State;

  await expect.poll(state, soon).toBe('exited');
  await expect.poll(() => idle.isRunning, soon).toBe(false);
  await engine.start(id);
  await expect.poll(() => idle.isRunning, soon).toBe(true);
  await expect.poll(state, soon).toBe('exited');
  expect(errors).toEqual([]);

  await engine.crash();
  await engine.restart();
  await engine.start(id);
  await expect.poll(() => idle.isRunning, soon).toBe(true);
  abort.abort();
  await running;
});
