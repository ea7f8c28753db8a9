import { EngineError } from '../test-engine.ts';
import { containerRoutes } from './container-routes.ts';
import type { EngineRequest } from './exchange.ts';
import { networkRoutes } from './network-routes.ts';
import type { Answer, EngineState, Route } from './route.ts';
import { systemRoutes } from './system-routes.ts';

const routes: readonly Route[] = [...systemRoutes, ...containerRoutes, ...networkRoutes];

/** What the engine answers to anything but GET /events. Throws an {@link EngineError} where it refuses. */
export function answer(state: EngineState, request: EngineRequest, body: unknown): Answer {
  for (const { method, path, handle } of routes) {
    const match = method.split(' ').includes(request.method) && path.exec(request.path);
    if (match) return handle(state, { ...request, reference: decodeURIComponent(match[1] ?? ''), body });
  }
  throw new EngineError(404, 'page not found');
}
