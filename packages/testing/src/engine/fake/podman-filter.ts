import type { FilterArgs } from './filter-args.ts';
import type { EngineMessage } from './message.ts';

/** Which events a filter lets through at Podman: names are whole, labels are `name=value`, and IDs may be cut. */
export function podmanFilter(filters: FilterArgs): (message: EngineMessage) => boolean {
  return (message) => {
    const { Type, Actor } = message;
    const action = ownAction(message);
    return (
      filters.exact('type', Type) &&
      filters.exact('event', action) &&
      filters.exact('status', action) &&
      named(filters, 'container', message) &&
      named(filters, 'image', message) &&
      named(filters, 'volume', message) &&
      named(filters, 'pod', message) &&
      hasOneOf(filters, Actor.Attributes)
    );
  };
}

/** Its Docker socket says `die`, but is still asked for `died`. */
function ownAction({ Type, Action }: EngineMessage): string {
  return Type === 'container' && Action === 'die' ? 'died' : Action;
}

function named(filters: FilterArgs, type: string, { Type, Actor }: EngineMessage): boolean {
  if (filters.values(type).size === 0) return true;
  const { name = '' } = Actor.Attributes;
  return Type === type && (filters.exact(type, name) || filters.prefix(type, Actor.ID));
}

/** Several labels are alternatives, as other values are. */
function hasOneOf(filters: FilterArgs, attributes: Readonly<Record<string, string>>): boolean {
  const labels = [...filters.values('label').keys()];
  return labels.length === 0 || labels.some((label) => hasLabel(attributes, label));
}

function hasLabel(attributes: Readonly<Record<string, string>>, label: string): boolean {
  const [name = '', ...value] = label.split('=');
  return attributes[name] === value.join('=');
}
