import type { FilterArgs } from './filter-args.ts';
import type { EngineMessage } from './message.ts';

/** Types that are also filter keys. Their value is compared with the name and ID of any event, of whatever type. */
const NAMES = [
  'daemon',
  'container',
  'plugin',
  'volume',
  'network',
  'node',
  'service',
  'secret',
  'config',
] as const;

/** Actions that bring a text of their own after a colon; asked for by their bare name they match as prefixes. */
const WITH_TEXT = ['health_status', 'exec_create', 'exec_start'] as const;

/** Which events a filter lets through, with the engine's own oddities. Keys that it does not know are ignored. */
export function eventFilter(filters: FilterArgs): (message: EngineMessage) => boolean {
  // One of them makes every value of `event` a prefix: `die` then lets a `died` through, `exec` all of its kind.
  const prefixes = WITH_TEXT.some((action) => filters.values('event').has(action));
  return ({ Type, Action, Actor, scope }) => {
    const { name = '' } = Actor.Attributes;
    return (
      (prefixes ? filters.prefix('event', Action) : filters.exact('event', Action)) &&
      filters.exact('type', Type) &&
      filters.exact('scope', scope) &&
      NAMES.every((key) => filters.prefix(key, Actor.ID) || filters.prefix(key, name)) &&
      images(Type, Actor).some((image) => filters.exact('image', image)) &&
      filters.labels('label', Actor.Attributes)
    );
  };
}

/** By what an event's image may be named: with and without its tag. */
function images(type: string, { ID, Attributes }: EngineMessage['Actor']): string[] {
  const name = Attributes[type === 'image' ? 'name' : 'image'] ?? '';
  return [ID, name, withoutTag(ID), withoutTag(name)];
}

function withoutTag(image: string): string {
  return image.replace(/:[^:/]*$/, '');
}
