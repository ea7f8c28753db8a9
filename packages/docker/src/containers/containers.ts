import { invalidOption, type ListWatch, printable, type WatchOptions } from '@watcher/core';
import { Action, type DockerEvent } from '@watcher/events';
import { type DockerProviderConfig, readConfig } from '../config.ts';
import { DockerWatcher, type DockerWatchStream, sourceOf } from '../docker-watcher.ts';
import { dockerFilter, dockerFilters } from '../filters/docker-filter.ts';
import { ContainerApi } from './container-api.ts';
import { ContainerFacts } from './container-facts.ts';
import { type ContainerInfo, isRunning } from './container-info.ts';
import { type DescribedContainer, describeDetails, describeSummary } from './describe-container.ts';
import { agreesWith, containerOf } from './event-agreement.ts';

export interface ContainersConfig extends DockerProviderConfig {
  /** Lists every container; by default running and paused ones only. */
  readonly all?: boolean | undefined;
  /** Lists only containers that have each of these labels: `name` or `name=value`. Default: none. */
  readonly labels?: readonly string[] | undefined;
  /**
   * `id`: a container that is replaced under the same name is a removal and an addition. `name`: it is one update, if the
   * new one runs within the quiet period of the informer. Default `id`.
   */
  readonly key?: 'id' | 'name' | undefined;
}

/** All that changes what a {@link ContainerInfo} says. */
const FILTERS = dockerFilters(
  dockerFilter('type', 'container', 'network'),
  dockerFilter(
    'event',
    'create',
    'start',
    'unpause',
    'kill',
    'stop',
    'pause',
    'die',
    'destroy',
    'rename',
    'oom',
    'health_status',
    'connect',
    'disconnect',
  ),
);

/** Events that only say why a container will end: the `die` that follows has the change. */
const UNSHOWN: ReadonlySet<number> = new Set([Action.ContainerKill, Action.ContainerOom]);

/**
 * Returns the containers of an engine as a source for an informer (`@watcher/informer`): one watcher and one set of
 * connection settings for events, lists and inspects. Docker and Podman are described in the same words.
 *
 * @throws {WatcherError} `INVALID_OPTION`, with the option, the expectation and the value
 *
 * @example
 * ```ts
 * import { Informer } from '@watcher/informer';
 *
 * await using informer = new Informer(containers({ key: 'name' }), { signal });
 * await informer.synced;
 * for await (const { kind, key, after } of informer.changes()) console.log(kind, key, after?.state);
 * // => added web running
 * ```
 */
export function containers(config: ContainersConfig = {}): ListWatch<ContainerInfo, DockerEvent> {
  return new Containers(config);
}

class Containers implements ListWatch<ContainerInfo, DockerEvent> {
  readonly name: string;
  readonly #watcher: DockerWatcher;
  readonly #api: ContainerApi;
  readonly #facts = new ContainerFacts();
  readonly #all: boolean;
  readonly #labels: readonly Label[];
  /** Those of them that narrow the engine's own list. */
  readonly #queryLabels: readonly string[];
  readonly #key: 'id' | 'name';
  readonly #logger: DockerProviderConfig['logger'];
  /** Whether the last list had containers that could not be described, so that each list of them is logged once. */
  #hadFaulty = false;

  constructor({ all = false, labels = [], key = 'id', ...config }: ContainersConfig) {
    if (typeof all !== 'boolean') throw invalidOption('all', 'true or false', all);
    if (key !== 'id' && key !== 'name') throw invalidOption('key', '"id" or "name"', key);
    if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string' && /^[^=]/.test(label)))
      throw invalidOption('labels', 'an array of "name" or "name=value"', labels);
    const settings = readConfig(config);
    this.#watcher = new DockerWatcher(config);
    this.#api = new ContainerApi(this.#watcher, settings.client, settings);
    this.#all = all;
    this.#labels = labels.map(labelOf);
    // Any other may mean a pattern to an engine.
    this.#queryLabels = labels.filter((label) => /^[\w.=/:-]+$/.test(label));
    this.#key = key;
    this.#logger = settings.logger;
    this.name = sourceOf(settings);
  }

  watch(options: WatchOptions): DockerWatchStream {
    return this.#watcher.events({ ...options, filters: FILTERS });
  }

  async list(signal: AbortSignal): Promise<readonly ContainerInfo[]> {
    const summaries = await this.#api.list({ all: this.#all, labels: this.#queryLabels }, signal);
    const described = summaries.map(describeSummary);
    this.#logFaulty(described.filter((container) => container === undefined).length);
    return described.flatMap((container) => this.#infoOf(container, 'list') ?? []);
  }

  async get(key: string, signal: AbortSignal): Promise<ContainerInfo | undefined> {
    const answer = await this.#api.get(key, signal);
    if (answer === undefined) return undefined;
    const { from, value } = answer;
    return this.#infoOf(from === 'list' ? describeSummary(value) : describeDetails(value), from);
  }

  key(info: ContainerInfo): string {
    return info[this.#key];
  }

  /** Also learns from each event why containers end and what they are called. */
  affects(event: DockerEvent): readonly string[] | 'all' {
    const id = containerOf(event);
    const formerName = this.#facts.nameOf(id);
    this.#facts.observe(event);
    if (UNSHOWN.has(event.action) && !this.#facts.hasEnded(id)) return [];
    if (id === '') return 'all';
    if (this.#key === 'id') return [id];
    const names = new Set<string>();
    if (formerName !== undefined) names.add(formerName);
    if (event.actorId === id && event.actorName !== '') names.add(event.actorName);
    if (event.action === Action.ContainerRename)
      names.add((event.actorAttributes['oldName'] ?? '').replace(/^\//, ''));
    names.delete('');
    // Of a container whose name is not known the ID is asked for: an engine takes both.
    return names.size > 0 ? [...names] : [id];
  }

  agrees(event: DockerEvent, info: ContainerInfo | undefined): boolean {
    return agreesWith(event, info);
  }

  #infoOf(described: DescribedContainer | undefined, from: 'list' | 'inspect'): ContainerInfo | undefined {
    if (!described) return undefined;
    const info = this.#facts.complete(described, from);
    if (!this.#all && !isRunning(info)) return undefined;
    if (this.#key === 'name' && info.name === '') return undefined;
    return this.#labels.every((label) => hasLabel(info, label)) ? info : undefined;
  }

  #logFaulty(count: number): void {
    if (count > 0 && !this.#hadFaulty)
      this.#logger?.warn(
        { source: this.name, count },
        `containers: ${printable(this.name)} lists ${count} without an ID; they are left out`,
      );
    this.#hadFaulty = count > 0;
  }
}

interface Label {
  readonly name: string;
  readonly value: string | undefined;
}

function labelOf(text: string): Label {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

function hasLabel({ labels }: ContainerInfo, { name, value }: Label): boolean {
  return Object.hasOwn(labels, name) && (value === undefined || labels[name] === value);
}
