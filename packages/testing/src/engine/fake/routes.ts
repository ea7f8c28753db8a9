import { EngineError } from '../test-engine.ts';
import { detailsOf, summaryOf } from './container-views.ts';
import type { Containers } from './containers.ts';
import type { Dialect } from './dialect.ts';
import { type EngineTime, timeText } from './engine-time.ts';
import { type EngineRequest, isTrue } from './exchange.ts';
import { FilterArgs } from './filter-args.ts';
import { listFilter } from './list-filter.ts';

/** What the answers are made from. */
export interface EngineState {
  readonly dialect: Dialect;
  readonly time: EngineTime;
  readonly containers: Containers;
  readonly subscribers: number;
}

/** An answer: its status, and its body, which is JSON unless it is text. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** What the engine answers to anything but GET /events. Throws an {@link EngineError} where it refuses. */
export function answer(state: EngineState, request: EngineRequest, body: unknown): Answer {
  for (const [method, pattern, handler] of routes) {
    const match = method.includes(request.method) && pattern.exec(request.path);
    if (match) return handler(state, { ...request, id: match[1] ?? '', body });
  }
  throw new EngineError(404, 'page not found');
}

type Handler = (state: EngineState, request: EngineRequest & { id: string; body: unknown }) => Answer;

const DONE: Answer = { status: 204 };
const UNCHANGED: Answer = { status: 304 };

const routes: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET HEAD', /^\/_ping$/, () => ({ status: 200, body: 'OK' })],
  ['GET', /^\/version$/, (state) => ({ status: 200, body: version(state) })],
  ['GET', /^\/info$/, (state) => ({ status: 200, body: info(state) })],
  ['GET', /^\/containers\/json$/, list],
  [
    'GET',
    /^\/containers\/([^/]+)\/json$/,
    ({ containers }, { id }) => ({
      status: 200,
      body: detailsOf(containers.find(id), containers.networkId),
    }),
  ],
  ['POST', /^\/containers\/create$/, create],
  [
    'POST',
    /^\/containers\/([^/]+)\/start$/,
    ({ containers }, { id }) => (containers.start(containers.find(id)) ? DONE : UNCHANGED),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/stop$/,
    ({ containers }, { id }) => (containers.stop(containers.find(id)) ? DONE : UNCHANGED),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/kill$/,
    done(({ containers }, { id, query }) =>
      containers.kill(containers.find(id), query.get('signal') ?? undefined),
    ),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/pause$/,
    done(({ containers }, { id }) => containers.pause(containers.find(id))),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/unpause$/,
    done(({ containers }, { id }) => containers.unpause(containers.find(id))),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/rename$/,
    done(({ containers }, { id, query }) => containers.rename(containers.find(id), query.get('name') ?? '')),
  ],
  [
    'DELETE',
    /^\/containers\/([^/]+)$/,
    done(({ containers }, { id, query }) =>
      containers.remove(containers.find(id), isTrue(query.get('force'))),
    ),
  ],
];

function done(act: (...args: Parameters<Handler>) => void): Handler {
  return (state, request) => {
    act(state, request);
    return DONE;
  };
}

function list({ containers }: EngineState, { query }: EngineRequest): Answer {
  const shown = listFilter(FilterArgs.parse(query.get('filters')), isTrue(query.get('all')));
  const found = containers.all().filter(shown);
  const limit = Number(query.get('limit') ?? 0);
  const limited = limit > 0 ? found.slice(0, limit) : found;
  return { status: 200, body: limited.map((container) => summaryOf(container, containers.networkId)) };
}

function create(
  { containers }: EngineState,
  { query, body }: { query: URLSearchParams; body: unknown },
): Answer {
  const { Image, Cmd, Labels, StopSignal } = (body ?? {}) as {
    Image?: string;
    Cmd?: string | string[] | null;
    Labels?: Record<string, string> | null;
    StopSignal?: string;
  };
  const { id } = containers.create({
    name: query.get('name') ?? `nameless-${Math.random().toString(36).slice(2)}`,
    labels: Labels ?? {},
    ...(Image !== undefined && { image: Image }),
    ...(Cmd && { command: [Cmd].flat() }),
    ...(StopSignal !== undefined && { stopSignal: StopSignal }),
  });
  return { status: 201, body: { Id: id, Warnings: [] } };
}

function version({ dialect }: EngineState): object {
  return {
    Platform: { Name: '' },
    Components: [
      { Name: dialect.name === 'podman' ? 'Podman Engine' : 'Engine', Version: dialect.engineVersion },
    ],
    Version: dialect.engineVersion,
    ApiVersion: dialect.apiVersion,
    MinAPIVersion: dialect.minApiVersion,
    GitCommit: 'fake',
    GoVersion: 'none',
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: 'fake',
  };
}

function info({ dialect, time, containers, subscribers }: EngineState): object {
  const states = containers.all().map(({ state }) => state);
  const running = states.filter((state) => state === 'running').length;
  const paused = states.filter((state) => state === 'paused').length;
  return {
    ID: 'FAKE',
    Name: 'fake-engine',
    Containers: states.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: states.length - running - paused,
    NEventsListener: subscribers,
    SystemTime: timeText(time.now()),
    ServerVersion: dialect.engineVersion,
    OSType: 'linux',
    Driver: 'vfs',
  };
}
