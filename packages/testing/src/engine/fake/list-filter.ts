import { EngineError } from '../test-engine.ts';
import { type Container, isRunning } from './container.ts';
import type { FilterArgs } from './filter-args.ts';

/** What GET /containers/json understands here. The engine knows more; any other key is refused, as it refuses. */
const KEYS = ['id', 'label', 'name', 'status'];
const STATES = new Set(['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited']);

/**
 * Which containers a list shows: running ones, or all of them, or of all those that have the status asked for.
 *
 * @throws {EngineError} 400 for a key or a status that there is not
 */
export function listFilter(filters: FilterArgs, all: boolean): (container: Container) => boolean {
  const unknown = filters.keys().find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new EngineError(400, `Invalid filter '${unknown}'`);
  const statuses = filters.values('status');
  for (const status of statuses.keys()) {
    if (!STATES.has(status)) throw new EngineError(400, `Invalid filter 'status=${status}'`);
  }
  const everyState = all || statuses.size > 0;
  return (container) =>
    (everyState || isRunning(container)) &&
    filters.pattern('status', container.state) &&
    hasId(filters, container.id) &&
    (filters.pattern('name', container.name) || filters.pattern('name', `/${container.name}`)) &&
    filters.labels('label', container.labels);
}

/** An ID is asked for by its beginning, and by no pattern. */
function hasId(filters: FilterArgs, id: string): boolean {
  const ids = [...filters.values('id').keys()];
  return ids.length === 0 || ids.some((given) => given !== '' && id.startsWith(given));
}
