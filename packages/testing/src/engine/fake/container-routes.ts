import { EngineError } from '../test-engine.ts';
import type { Container } from './container.ts';
import { detailsOf, summaryOf } from './container-views.ts';
import type { Containers } from './containers.ts';
import { isTrue } from './exchange.ts';
import { FilterArgs } from './filter-args.ts';
import { listFilter } from './list-filter.ts';
import { randomId } from './random-id.ts';
import { type Answer, DONE, type EngineState, type Route, type RoutedRequest, UNCHANGED } from './route.ts';

/** What is asked and done of containers. */
export const containerRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/containers\/json$/, handle: list },
  { method: 'GET', path: /^\/containers\/([^/]+)\/json$/, handle: details },
  { method: 'POST', path: /^\/containers\/create$/, handle: create },
  action('start', (containers, container) => containers.start(container)),
  action('stop', (containers, container) => containers.stop(container)),
  action('kill', (containers, container, { query }) =>
    containers.kill(container, query.get('signal') || undefined),
  ),
  action('pause', (containers, container) => containers.pause(container)),
  action('unpause', (containers, container) => containers.unpause(container)),
  action('rename', (containers, container, { query }) =>
    containers.rename(container, query.get('name') ?? ''),
  ),
  { method: 'DELETE', path: /^\/containers\/([^/]+)$/, handle: remove },
];

/** POST /containers/{id}/{name}; `act` gives false when there was nothing to do. */
function action(
  name: string,
  act: (containers: Containers, container: Container, request: RoutedRequest) => unknown,
): Route {
  return {
    method: 'POST',
    path: new RegExp(`^/containers/([^/]+)/${name}$`),
    handle: ({ containers }, request) =>
      act(containers, containers.find(request.reference), request) === false ? UNCHANGED : DONE,
  };
}

function list({ containers }: EngineState, { query }: RoutedRequest): Answer {
  const limit = readLimit(query.get('limit') ?? '');
  // So many of the newest are asked for, whatever their state.
  const shown = listFilter(FilterArgs.parse(query.get('filters')), isTrue(query.get('all')) || limit > 0);
  const found = containers.saved().filter(shown);
  return { status: 200, body: (limit > 0 ? found.slice(0, limit) : found).map(summaryOf) };
}

function readLimit(limit: string): number {
  if (/^([+-]?\d+)?$/.test(limit)) return Number(limit);
  throw new EngineError(500, `strconv.Atoi: parsing ${JSON.stringify(limit)}: invalid syntax`);
}

function details({ containers }: EngineState, { reference }: RoutedRequest): Answer {
  return { status: 200, body: detailsOf(containers.savedStateOf(containers.find(reference))) };
}

/** What is read of the body of POST /containers/create; the rest is ignored. */
interface CreateBody {
  readonly Image?: string;
  readonly Cmd?: string | readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
  readonly HostConfig?: { readonly NetworkMode?: string } | null;
}

function create({ containers, dialect }: EngineState, { query, body }: RoutedRequest): Answer {
  const { Image = '', Cmd, Labels, StopSignal, HostConfig } = (body ?? {}) as CreateBody;
  const { NetworkMode: network = 'none' } = HostConfig ?? {};
  const { id } = containers.create({
    name: query.get('name') ?? `unnamed_${randomId().slice(0, 12)}`,
    image: dialect.image(Image),
    labels: Labels ?? {},
    // The other networks that an engine is born with are not distinguished here.
    network: ['default', 'bridge', 'host', ''].includes(network) ? 'none' : network,
    ...(Cmd && { command: [Cmd].flat() }),
    ...(StopSignal !== undefined && { stopSignal: StopSignal }),
  });
  return { status: 201, body: { Id: id, Warnings: [] } };
}

function remove({ containers }: EngineState, { reference, query }: RoutedRequest): Answer {
  containers.remove(containers.find(reference), isTrue(query.get('force')));
  return DONE;
}
