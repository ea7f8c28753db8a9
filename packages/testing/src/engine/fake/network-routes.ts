import { type Answer, DONE, type EngineState, type Route, type RoutedRequest } from './route.ts';

/** What is asked and done of networks. */
export const networkRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/networks$/, handle: list },
  { method: 'POST', path: /^\/networks\/create$/, handle: create },
  { method: 'POST', path: /^\/networks\/([^/]+)\/connect$/, handle: connect },
  { method: 'POST', path: /^\/networks\/([^/]+)\/disconnect$/, handle: disconnect },
  { method: 'DELETE', path: /^\/networks\/([^/]+)$/, handle: remove },
];

interface NetworkBody {
  readonly Name?: string;
  readonly Container?: string;
}

function list({ containers }: EngineState): Answer {
  const networks = containers.networks.all();
  return { status: 200, body: networks.map(({ id, name, type }) => ({ Id: id, Name: name, Driver: type })) };
}

function create({ containers }: EngineState, { body }: RoutedRequest): Answer {
  const { Name = '' } = (body ?? {}) as NetworkBody;
  return { status: 201, body: { Id: containers.networks.create(Name).id, Warning: '' } };
}

function connect({ containers }: EngineState, { reference, body }: RoutedRequest): Answer {
  const { Container = '' } = (body ?? {}) as NetworkBody;
  containers.networks.connect(containers.networks.find(reference), containers.find(Container));
  return { status: 200 };
}

function disconnect({ containers }: EngineState, { reference, body }: RoutedRequest): Answer {
  const { Container = '' } = (body ?? {}) as NetworkBody;
  containers.networks.disconnect(containers.networks.find(reference), containers.find(Container));
  return { status: 200 };
}

function remove({ containers }: EngineState, { reference }: RoutedRequest): Answer {
  containers.networks.remove(containers.networks.find(reference), containers.all());
  return DONE;
}
