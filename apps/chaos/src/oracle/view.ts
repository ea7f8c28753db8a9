import { type DockerFilters, dockerFilter, dockerFilters } from '@watcher/docker';
import { Action, type DockerEvent } from '@watcher/events';
import type { ContainerSummary } from '@watcher/testing/engine';

/** What a consumer keeps of the containers: an ID and what it shows of it. */
export type State = Map<string, string>;

/** One way of keeping a picture: what it is made from, and what each event does to it. */
export interface View {
  /** Undefined: the default ones. */
  readonly filters: DockerFilters | undefined;
  /** Whether these filters select a container event, in Docker's words. */
  selects(action: string): boolean;
  /** The picture that a list shows. */
  fromList(list: readonly ContainerSummary[]): State;
  apply(state: State, event: DockerEvent): void;
}

const words = ['create', 'start', 'unpause', 'kill', 'stop', 'pause', 'die', 'destroy', 'rename'] as const;

/** The name and the state of every container. */
const states: View = {
  filters: dockerFilters(dockerFilter('type', 'container'), dockerFilter('event', ...words)),
  selects: (action) => (words as readonly string[]).includes(action),
  fromList: (list) => new Map(list.map(({ Id, Names, State }) => [Id, `${Names[0]?.slice(1)} ${State}`])),
  apply(state, { action, actorId, actorName }) {
    const followed = stateAfter[action];
    if (action === Action.ContainerDestroy) state.delete(actorId);
    else if (followed) state.set(actorId, `${actorName} ${followed}`);
    else if (action === Action.ContainerRename) {
      state.set(actorId, `${actorName} ${state.get(actorId)?.split(' ')[1] ?? 'unknown'}`);
    }
  },
};

const stateAfter: Readonly<Record<number, string>> = {
  [Action.ContainerCreate]: 'created',
  [Action.ContainerStart]: 'running',
  [Action.ContainerUnpause]: 'running',
  [Action.ContainerPause]: 'paused',
  [Action.ContainerDie]: 'exited',
};

/** Which containers run, as a reverse proxy keeps them, with the default filters. */
const running: View = {
  filters: undefined,
  selects: (action) => action === 'start' || action === 'die' || action === 'destroy',
  fromList: (list) => new Map(list.filter(({ State }) => runs.has(State)).map(({ Id }) => [Id, 'running'])),
  apply(state, { action, actorId }) {
    if (action === Action.ContainerStart) state.set(actorId, 'running');
    else state.delete(actorId);
  },
};

const runs: ReadonlySet<string> = new Set(['running', 'paused']);

export const views = { states, running } as const;
