import { invalidOption } from '@watcher/core';
import { dockerEventMap } from '@watcher/events';
import { isObject, kindOf } from '../kind-of.ts';

type EventMap = typeof dockerEventMap;

/** The terms a filter can have: those of the engine's own that can tell one of our events from another. */
export type DockerFilterTerm = 'type' | 'event' | 'container' | 'image' | 'label' | 'network' | 'scope';

/** What a term can be compared with. */
export type DockerFilterValue<T extends DockerFilterTerm> = T extends 'type'
  ? keyof EventMap
  : T extends 'event'
    ? keyof EventMap['container'] | keyof EventMap['network'] | 'health_status'
    : T extends 'scope'
      ? 'local'
      : string;

/**
 * Filters as the engine reads them: an event has to meet every term; a term is met by any one of its values, but
 * `label` by all of them.
 */
export type DockerFilters = { readonly [T in DockerFilterTerm]?: readonly DockerFilterValue<T>[] };

/** One term and its values. */
export interface DockerFilter {
  readonly term: DockerFilterTerm;
  readonly values: readonly string[];
}

const terms: readonly DockerFilterTerm[] = [
  'type',
  'event',
  'container',
  'image',
  'label',
  'network',
  'scope',
];

const allowed: { readonly [T in DockerFilterTerm]?: readonly string[] } = {
  type: Object.keys(dockerEventMap),
  event: [...Object.values(dockerEventMap).flatMap((actions) => Object.keys(actions)), 'health_status'],
  scope: ['local'],
};

/**
 * A filter on one term, with the engine's words for both.
 *
 * - `container`: a name, an ID, or an ID's first 12 digits or more; for a network's event, the container's ID; for a
 *   rename, either name, and every rename of a container whose name before is not certain
 * - `image`: a reference, with or without tag, digest, registry and `library/`: `nginx` matches `nginx:1.27` and
 *   `docker.io/library/nginx:latest`; a name without a registry also matches `localhost/<name>`, as Podman names an image
 *   that it built. An image's ID, in full or its first 12 digits or more
 * - `label`: `key` or `key=value`
 * - `network`: a name or an ID; of Podman's, which says no ID, the name
 * - `scope`: `local`, which every event of a container or network is
 *
 * They match exactly, where the engine's own match parts: `web` is not `web-2`.
 *
 * @example
 * ```ts
 * dockerFilters(DockerFilter.Container, dockerFilter('event', 'start', 'die'), dockerFilter('label', 'proxy.aliases'));
 * ```
 * @throws {WatcherError} `INVALID_OPTION` for a term or a value that no event of ours can meet
 */
export function dockerFilter<T extends DockerFilterTerm>(
  term: T,
  ...values: DockerFilterValue<T>[]
): DockerFilter {
  if (!terms.includes(term)) throw invalidOption('filters', `one of the terms ${terms.join(', ')}`, term);
  if (values.length === 0) throw invalidOption(`filters.${term}`, 'at least one value', values);
  for (const value of values as unknown[]) {
    const words = allowed[term];
    if (words && !words.includes(value as string))
      throw invalidOption(`filters.${term}`, expected(term, words), value);
    if (typeof value !== 'string' || value === '')
      throw invalidOption(`filters.${term}`, 'a string that is not empty', value);
  }
  return { term, values };
}

function expected(term: DockerFilterTerm, words: readonly string[]): string {
  return term === 'scope'
    ? '"local": the events of containers and networks are, and events of a swarm are not watched here'
    : `one of ${words.join(', ')}`;
}

/** Several filters as one. Values of the same term are put together. */
export function dockerFilters(...filters: readonly DockerFilter[]): DockerFilters {
  const all: { [term: string]: string[] } = {};
  for (const { term, values } of filters) {
    all[term] ??= [];
    all[term].push(...values);
  }
  return all as DockerFilters;
}

/** A container by its name, its ID, or its ID's first 12 digits or more. */
export function dockerFilterContainerNameId(nameOrId: string): DockerFilter {
  return dockerFilter('container', nameOrId);
}

/** The filters that are needed most. */
export const DockerFilter = {
  Container: dockerFilter('type', 'container'),
  Start: dockerFilter('event', 'start'),
  Stop: dockerFilter('event', 'stop'),
  Die: dockerFilter('event', 'die'),
  Destroy: dockerFilter('event', 'destroy'),
  Kill: dockerFilter('event', 'kill'),
  Pause: dockerFilter('event', 'pause'),
  Unpause: dockerFilter('event', 'unpause'),
} as const satisfies Record<string, DockerFilter>;

/** What is selected when nothing is asked for: containers that start, die or are destroyed. */
export const defaultFilters: DockerFilters = dockerFilters(
  DockerFilter.Container,
  DockerFilter.Start,
  DockerFilter.Die,
  DockerFilter.Destroy,
);

/** Checks filters that were written by hand, as {@link dockerFilter} does those it makes. */
export function checkFilters(filters: DockerFilters): void {
  if (!isObject(filters)) throw invalidOption('filters', 'an object', kindOf(filters));
  for (const [term, values] of Object.entries(filters)) {
    if (values === undefined) continue;
    if (!Array.isArray(values)) throw invalidOption(`filters.${term}`, 'an array of values', values);
    dockerFilter(term as DockerFilterTerm, ...values);
  }
}
