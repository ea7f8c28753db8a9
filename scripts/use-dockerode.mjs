/**
 * Shows when dockerode is loaded: not by the import of `@watcher/docker`, but with the first connection. Run by
 * `check-packages.ts` in a project that has the packages installed: `node use-dockerode.mjs import` or `… require`.
 */
import assert from 'node:assert/strict';
import { createRequire, registerHooks } from 'node:module';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    if (url.includes('/node_modules/dockerode/')) loaded.add(url);
    return next(url, context);
  },
});
const load = process.argv[2] === 'require' ? createRequire(import.meta.url) : (name) => import(name);

const { DockerWatcher } = await load('@watcher/docker');
const { FakeEngine } = await load('@watcher/testing/engine');
const engine = await FakeEngine.start();
try {
  const watcher = new DockerWatcher({ host: engine.host });
  assert.equal(loaded.size, 0, 'dockerode is loaded before the first connection');
  const stream = watcher.events();
  await stream.ready;
  assert.notEqual(loaded.size, 0, 'the stream did not load dockerode');
  const connection = await watcher.connect();
  assert.deepEqual(await connection.docker.listContainers(), []);
  await connection.close();
  await stream.close();
} finally {
  await engine[Symbol.asyncDispose]();
}
