import { Action, type DockerEvent } from '@watcher/events';
import type { ContractHarness } from '@watcher/testing/contract';
import type { TestEngine } from '@watcher/testing/engine';
import { DockerFilter, DockerWatcher, dockerFilter, dockerFilters } from '../../src/index.ts';

/** Puts a DockerWatcher to the contract on engines of one kind: a change is a container that starts. */
export function contractHarness(
  begin: () => Promise<TestEngine>,
  timeout = 10_000,
): ContractHarness<DockerEvent> {
  return {
    disturbs: true,
    timeout,
    async begin() {
      const engine = await begin();
      const docker = new DockerWatcher({ host: engine.host, name: 'engine', retryInterval: 10 });
      // An engine that has been used before still tells of what happened within the second before.
      const run = String(runs++);
      const filters = dockerFilters(DockerFilter.Start, dockerFilter('label', `run=${run}`));
      return {
        watcher: { events: (options) => docker.events({ ...options, filters }) },
        type: 'docker',
        source: 'engine',
        async change(actor) {
          const actorName = `web-${actor}-${run}`;
          const actorId = await engine.create({ name: actorName, labels: { run } });
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

let runs = 0;
