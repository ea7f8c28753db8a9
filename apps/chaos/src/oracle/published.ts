import { type DockerEvent, dockerEventMap } from '@watcher/events';
import type { View } from './view.ts';

/** An event that the engine published, as far as the oracles look at it. */
export interface Published {
  /** Its place among all events, of whatever type. */
  readonly index: number;
  /** What a consumer that is told of it sees. Events that are alike in all of it have the same key. */
  readonly key: string;
  /** Whether the consumer asked for it. */
  readonly selected: boolean;
  /** When, by the engine's clock, in nanoseconds. */
  readonly time: bigint;
}

/** What an engine published, in its own words. */
export interface EngineWords {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: bigint;
}

/** Podman's words for what Docker calls otherwise. */
const translations: Readonly<Record<string, string>> = { remove: 'destroy', died: 'die' };

/** Reads a message as a watcher has to: into what its consumer is told, if it is told of it. */
export function readPublished(message: EngineWords, index: number, view: View): Published {
  const { Type, Action, Actor, timeNano } = message;
  const word = translations[Action] ?? Action;
  const action = Type === 'container' ? containerActions[word] : undefined;
  const selected = action !== undefined && view.selects(word);
  const time = Math.floor(Number(timeNano) / 1e6);
  const key = selected ? keyOf(action, Actor.ID, time, Actor.Attributes) : '';
  return { index, key, selected, time: timeNano };
}

const containerActions: Readonly<Record<string, number>> = dockerEventMap.container;

export function keyOfEvent({ action, actorId, time, actorAttributes }: DockerEvent): string {
  return keyOf(action, actorId, time, actorAttributes);
}

function keyOf(
  action: number,
  id: string,
  time: number,
  // Where an engine does not write the name before, the watcher does.
  { oldName, ...attributes }: Readonly<Record<string, string>>,
): string {
  return `${action} ${id} ${time} ${JSON.stringify(attributes)}`;
}
