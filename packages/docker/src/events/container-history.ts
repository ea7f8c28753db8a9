import { dockerEventMap } from '@watcher/events';
import type { EngineMessage } from './message.ts';

/**
 * Containers that are remembered at most. Of a container that is forgotten, the next health is delivered although it may
 * be a repetition, and the next rename is delivered whatever name a filter asks for.
 */
export const MAX_CONTAINERS = 8192;

export interface ContainerHistoryOptions {
  /** Whether the stream delivers renames. */
  readonly names: boolean;
  /** Whether the stream delivers health. */
  readonly health: boolean;
}

/**
 * Completes messages with what earlier messages of the same container said.
 *
 * - `rename`: the name before. Docker writes labels and its own attributes into one map, where a label `oldName` hides
 *   the name before; Podman does not write it at all.
 * - health: Podman reports it at every probe, Docker when it changes. A repetition is no change.
 */
export class ContainerHistory {
  readonly #names: LatestMap | undefined;
  readonly #health: LatestMap | undefined;

  constructor({ names, health }: ContainerHistoryOptions) {
    this.#names = names ? new LatestMap() : undefined;
    this.#health = health ? new LatestMap() : undefined;
  }

  /** Takes each message of the engine, in order. Returns it, completed; undefined for a health that is a repetition. */
  complete(message: EngineMessage): EngineMessage | undefined {
    if (!this.#names && !this.#health) return message;
    if (message.type !== 'container' || message.id === '') return message;
    if (this.#health && this.#isRepeatedHealth(this.#health, message)) return undefined;
    return this.#names ? withFormerName(this.#names, message) : message;
  }

  /** Forgets everything: messages were, or may have been, lost. */
  forget(): void {
    this.#names?.clear();
    this.#health?.clear();
  }

  #isRepeatedHealth(health: LatestMap, { action, id }: EngineMessage): boolean {
    if (action.startsWith(HEALTH)) {
      // Any other outcome counts as one: only short texts are remembered.
      const outcome = Object.hasOwn(dockerEventMap.container, action) ? action : HEALTH;
      return health.set(id, outcome) === outcome;
    }
    if (NEW_HEALTH.has(action)) health.delete(id);
    return false;
  }
}

/** How the action of a health begins. */
const HEALTH = 'health_status: ';

/** After these, a container's health begins anew. */
const NEW_HEALTH: ReadonlySet<string> = new Set(['create', 'start', 'die', 'destroy']);

function withFormerName(names: LatestMap, message: EngineMessage): EngineMessage {
  const { action, id, attributes } = message;
  if (action === 'destroy') {
    names.delete(id);
    return message;
  }
  const { name } = attributes;
  if (name === undefined || name === '') return message;
  const formerName = names.set(id, name);
  // Equal names: the same rename once more.
  if (action !== 'rename' || formerName === undefined || formerName === name) return message;
  return { ...message, attributes: { ...attributes, oldName: `/${formerName}` }, formerName };
}

/** One text for each of the latest {@link MAX_CONTAINERS} IDs. */
class LatestMap {
  readonly #texts = new Map<string, string>();

  /** Returns the text before. */
  set(id: string, text: string): string | undefined {
    const before = this.#texts.get(id);
    if (before === text) return before;
    this.#texts.delete(id);
    this.#texts.set(id, text);
    if (this.#texts.size > MAX_CONTAINERS) this.delete(this.#texts.keys().next().value as string);
    return before;
  }

  delete(id: string): void {
    this.#texts.delete(id);
  }

  clear(): void {
    this.#texts.clear();
  }
}
