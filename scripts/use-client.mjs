/**
 * Shows what the README of `@watcher/docker` says about `node --disallow-code-generation-from-strings`: dockerode does
 * not load, the error says so, and a small client takes its place. Run by `check-packages.ts` with that flag.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { DockerWatcher } from '@watcher/docker';
import { FakeEngine } from '@watcher/testing/engine';

const engine = await FakeEngine.start();
try {
  const refused = new DockerWatcher({ host: engine.host }).events();
  await assert.rejects(refused.ready, {
    code: 'INVALID_SETTING',
    message: /^dockerode cannot be loaded: .*"client"/,
  });

  const client = {
    async getEvents({ abortSignal, ...query } = {}) {
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      const path = `/v1.41/events?${new URLSearchParams(given)}`;
      const request = http.get({
        socketPath: engine.host.slice('unix://'.length),
        path,
        signal: abortSignal,
      });
      const [response] = await once(request, 'response');
      return response;
    },
  };
  const stream = new DockerWatcher({ client }).events();
  await stream.ready;
  await stream.close();
} finally {
  await engine[Symbol.asyncDispose]();
}
