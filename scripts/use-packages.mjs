/**
 * What a user does with the packages, all of them together: run by `check-packages.ts` in a project that has them
 * installed, on the oldest Node that they are for. Ends with 1 where an event does not get through.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerWatcher } from '@watcher/docker';
import { formatEvent } from '@watcher/events';
import { ConfigFileWatcher } from '@watcher/file';
import { EventQueue } from '@watcher/queue';
import { FakeEngine } from '@watcher/testing/engine';

const basePath = await mkdtemp(join(tmpdir(), 'use-packages-'));
const engine = await FakeEngine.start();
const wanted = new Set(['started web', 'created routes.yml']);
const { promise: done, resolve, reject } = Promise.withResolvers();
setTimeout(() => reject(new Error(`Within 10 s did not come: ${[...wanted]}.`)), 10_000).unref();

const queue = new EventQueue({
  flushInterval: 100,
  onFlush: (batch) => {
    for (const event of batch) wanted.delete(formatEvent(event));
    if (wanted.size === 0) resolve();
  },
  onError: reject,
});
try {
  const streams = [
    new DockerWatcher({ host: engine.host }).events(),
    new ConfigFileWatcher('routes.yml', { basePath }).events(),
  ];
  for (const stream of streams) queue.start(stream);
  await Promise.all(streams.map(({ ready }) => ready));
  await engine.start(await engine.create({ name: 'web' }));
  await writeFile(join(basePath, 'routes.yml'), 'web: 80');
  await done;
} finally {
  await queue.close();
  await engine[Symbol.asyncDispose]();
  await rm(basePath, { recursive: true });
}
