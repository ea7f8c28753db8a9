import { invalidOption } from '@watcher/core';
import { type DockerAction, dockerEventMap } from '@watcher/events';
import type { EngineMessage } from '../events/message.ts';
import type { DockerFilters } from './docker-filter.ts';
import { imageTest } from './image-reference.ts';

export interface Selector {
  /** The action of a message that the filters select; undefined for any other message. */
  (message: EngineMessage): DockerAction | undefined;
  /** The actions that the filters can select, as a mask. */
  readonly actions: number;
}

/**
 * Makes filters into one function, with what can be looked up beforehand looked up.
 *
 * @throws {WatcherError} `INVALID_OPTION` for terms that no event can meet together
 */
export function createSelector(filters: DockerFilters): Selector {
  const actions = selectedActions(filters);
  if (actions.size === 0) throw invalidOption('filters', 'an "event" that the "type" has', filters);
  if (filters.network && !actions.has('network'))
    throw invalidOption('filters.network', 'events of networks, which these select none of', filters);
  const tests = [
    matchContainer(filters.container),
    matchImage(filters.image),
    matchLabels(filters.label),
    matchNetwork(filters.network),
    matchScope(filters.scope),
  ].filter((test) => test !== undefined);

  const select = (message: EngineMessage): DockerAction | undefined => {
    const action = actions.get(message.type)?.get(message.action);
    if (action === undefined) return undefined;
    for (const test of tests) if (!test(message)) return undefined;
    return action;
  };
  return Object.assign(select, { actions: maskOf(actions) });
}

function maskOf(actions: ReadonlyMap<string, ReadonlyMap<string, DockerAction>>): number {
  let mask = 0;
  for (const ofType of actions.values()) for (const action of ofType.values()) mask |= action;
  return mask;
}

type Test = (message: EngineMessage) => boolean;

function selectedActions({
  type: types,
  event: events,
}: DockerFilters): Map<string, Map<string, DockerAction>> {
  const selected = new Map<string, Map<string, DockerAction>>();
  for (const [type, actions] of Object.entries(dockerEventMap)) {
    if (types && !(types as readonly string[]).includes(type)) continue;
    const wanted = Object.entries(actions).filter(([name]) => !events || isWanted(name, events));
    if (wanted.length > 0) selected.set(type, new Map(wanted));
  }
  return selected;
}

function isWanted(action: string, events: readonly string[]): boolean {
  return (
    events.includes(action) || (events.includes('health_status') && action.startsWith('health_status: '))
  );
}

function matchContainer(wanted: readonly string[] | undefined): Test | undefined {
  return (
    wanted &&
    (({ type, action, id, attributes, formerName }) => {
      if (type !== 'container')
        return wanted.some((value) => isIdOrShortId(value, attributes['container'] ?? ''));
      // A consumer that follows a name gets the event with which a container gives it up, too. Where the former name is
      // not certain, it may be the one: `oldName` may be a label, which anybody writes.
      if (action === 'rename' && formerName === undefined) return true;
      const { name } = attributes;
      return wanted.some((value) => value === name || value === formerName || isIdOrShortId(value, id));
    })
  );
}

/** The Docker CLI shows, and takes, an ID's first 12 digits. Fewer could be a name, and another container's. */
const SHORT_ID = /^[0-9a-f]{12,64}$/;

function isIdOrShortId(value: string, id: string): boolean {
  return value === id || (SHORT_ID.test(value) && id.startsWith(value));
}

function matchImage(wanted: readonly string[] | undefined): Test | undefined {
  const tests = wanted?.map(imageTest);
  return (
    tests &&
    (({ attributes }) => {
      const image = attributes['image'];
      return image !== undefined && tests.some((test) => test(image));
    })
  );
}

function matchLabels(wanted: readonly string[] | undefined): Test | undefined {
  const labels = wanted?.map((label) => {
    const [key = '', ...value] = label.split('=');
    return { key, value: label.includes('=') ? value.join('=') : undefined };
  });
  return (
    labels &&
    (({ attributes }) =>
      labels.every(
        ({ key, value }) =>
          Object.hasOwn(attributes, key) && (value === undefined || attributes[key] === value),
      ))
  );
}

function matchNetwork(wanted: readonly string[] | undefined): Test | undefined {
  return (
    wanted &&
    (({ type, id, attributes }) =>
      type === 'network' && wanted.some((value) => value === attributes['name'] || isIdOrShortId(value, id)))
  );
}

function matchScope(wanted: readonly string[] | undefined): Test | undefined {
  return wanted && (({ scope }) => (wanted as readonly string[]).includes(scope));
}
