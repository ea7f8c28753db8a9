import { Action, type DockerEvent } from '@watcher/events';
import type { ContractHarness } from '@watcher/testing/contract';
import type { TestEngine } from '@watcher/testing/engine';
import { DockerWatcher } from '../../src/index.ts';

/** Puts a DockerWatcher to the contract on engines of one kind: a change is a container that starts. */
export function contractHarness(begin: () => Promise<TestEngine>): ContractHarness<DockerEvent> {
  return {
    disturbs: true,
    async begin() {
      const engine = await begin();
      return {
        watcher: new DockerWatcher({ host: engine.host, name: 'engine', retryInterval: 10 }),
        type: 'docker',
        source: 'engine',
        async change(actor) {
          const actorName = `web-${actor}-${engineRun++}`;
          const actorId = await engine.create({ name: actorName, labels: { tier: 'front' } });
          await engine.start(actorId);
          return { action: Action.ContainerStart, actorName, actorId };
        },
        async disturb() {
          await engine.crash();
          await engine.restart();
        },
        async [Symbol.asyncDispose]() {
          await engine[Symbol.asyncDispose]();
        },
      };
    },
    async beginBroken() {
      return {
        watcher: new DockerWatcher({
          host: 'tcp://127.0.0.1:1',
          tls: { ca: '/no/such/ca.pem' },
          name: 'engine',
        }),
        type: 'docker',
        source: 'engine',
        change: () => Promise.reject(new Error('it never opens')),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

let engineRun = 0;
