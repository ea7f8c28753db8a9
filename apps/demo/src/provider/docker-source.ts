import type { Logger } from '@watcher/core';
import { DockerWatcher, dockerFilter, dockerFilters } from '@watcher/docker';
import type { DockerEvent } from '@watcher/events';
import { listRunning } from '../engine/engine-client.ts';
import { routesFromLabels } from '../routes/from-labels.ts';
import type { Listing, RouteSource } from './route-source.ts';

/** Events that can change the set of running containers, their names, addresses and health. */
const FILTERS = dockerFilters(
  dockerFilter('type', 'container', 'network'),
  dockerFilter(
    'event',
    'start',
    'die',
    'destroy',
    'pause',
    'unpause',
    'rename',
    'connect',
    'disconnect',
    'health_status',
  ),
);

export interface DockerSourceOptions {
  readonly name: string;
  /** Undefined: the watcher finds the engine. */
  readonly host: string | undefined;
  /** The engine's address as it may be shown. */
  readonly place: string;
  /** Milliseconds that the engine has to answer. Some need ten seconds for a list. */
  readonly timeout?: number | undefined;
  readonly logger: Logger;
}

/** The routes that the labels of an engine's running containers ask for. */
export function dockerSource({
  name,
  host,
  place,
  timeout,
  logger,
}: DockerSourceOptions): RouteSource<DockerEvent> {
  const watcher = new DockerWatcher({ host, name, timeout, logger });
  return {
    name,
    place,
    lags: true,
    watch: (signal) => watcher.events({ signal, filters: FILTERS }),
    list: async (signal): Promise<Listing> => {
      const { containers, problems, reach } = await listRunning(watcher, signal);
      const found = containers.map((container) => ({ container, ...routesFromLabels(container, reach) }));
      return {
        routes: found.flatMap(({ routes }) => routes),
        problems: [
          ...problems,
          ...found.flatMap(({ container, problems }) =>
            problems.map((problem) => `container ${container.name}: ${problem}`),
          ),
        ],
      };
    },
  };
}
