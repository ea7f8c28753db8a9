/**
 * What a user does with the packages, all of them together: run by `check-packages.ts` in a project that has them
 * installed, on the oldest Node that they are for. Ends with 1 where an event does not get through.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containers, DockerWatcher } from '@watcher/docker';
import { formatEvent } from '@watcher/events';
import { ConfigFileWatcher, files } from '@watcher/file';
import { Informer } from '@watcher/informer';
import { EventQueue } from '@watcher/queue';
import { FakeEngine } from '@watcher/testing/engine';

const basePath = await mkdtemp(join(tmpdir(), 'use-packages-'));
const engine = await FakeEngine.start();
const wanted = new Set([
  'started web',
  'created routes.yml',
  'in the store: web',
  'in the store: routes.yml',
]);
const { promise: done, resolve, reject } = Promise.withResolvers();
setTimeout(() => reject(new Error(`Within 10 s did not come: ${[...wanted]}.`)), 10_000).unref();

const seen = (what) => {
  wanted.delete(what);
  if (wanted.size === 0) resolve();
};
const queue = new EventQueue({
  flushInterval: 100,
  onFlush: (batch) => {
    for (const event of batch) seen(formatEvent(event));
  },
  onError: reject,
});
const informers = [containers({ host: engine.host, key: 'name' }), files(basePath)].map((source) => {
  const informer = new Informer(source, { onError: reject });
  informer.subscribe({ added: (_, key) => seen(`in the store: ${key}`) });
  return informer;
});
try {
  const streams = [
    new DockerWatcher({ host: engine.host }).events(),
    new ConfigFileWatcher('routes.yml', { basePath }).events(),
  ];
  for (const stream of streams) queue.start(stream);
  await Promise.all(streams.map(({ ready }) => ready));
  await Promise.all(informers.map(({ synced }) => synced));
  await engine.start(await engine.create({ name: 'web' }));
  await writeFile(join(basePath, 'routes.yml'), 'web: 80');
  await done;
} finally {
  await queue.close();
  await Promise.all(informers.map((informer) => informer.close()));
  await engine[Symbol.asyncDispose]();
  await rm(basePath, { recursive: true });
}
