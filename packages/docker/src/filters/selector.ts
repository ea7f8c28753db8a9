import { invalidOption } from '@watcher/core';
import { type DockerAction, dockerEventMap } from '@watcher/events';
import type { EngineMessage } from '../events/message.ts';
import type { DockerFilters } from './docker-filter.ts';

/** The action of a message that the filters select; undefined for any other message. */
export type Selector = (message: EngineMessage) => DockerAction | undefined;

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

  return (message) => {
    const action = actions.get(message.type)?.get(message.action);
    return action !== undefined && tests.every((test) => test(message)) ? action : undefined;
  };
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
    (({ type, action, id, attributes }) => {
      if (type !== 'container')
        return wanted.some((value) => isIdOrShortId(value, attributes['container'] ?? ''));
      const { name, oldName } = attributes;
      // Whoever follows a container by its name is to hear that it has gone by that name for the last time.
      const before = action === 'rename' ? oldName?.replace(/^\//, '') : undefined;
      return wanted.some((value) => value === name || value === before || isIdOrShortId(value, id));
    })
  );
}

/** The Docker CLI shows, and takes, an ID's first 12 digits. Fewer could be a name, and another container's. */
const SHORT_ID = /^[0-9a-f]{12,64}$/;

function isIdOrShortId(value: string, id: string): boolean {
  return value === id || (SHORT_ID.test(value) && id.startsWith(value));
}

function matchImage(wanted: readonly string[] | undefined): Test | undefined {
  return (
    wanted &&
    (({ attributes }) => {
      const image = attributes['image'];
      return image !== undefined && (wanted.includes(image) || wanted.includes(withoutTag(image)));
    })
  );
}

/** A colon in the last part is the tag's; one before it is a registry's port. */
function withoutTag(image: string): string {
  return image.replace(/(@[^/]*|:[^/:@]*(@[^/]*)?)$/, '');
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
