import { type Clock, delay } from '@watcher/core';
import type { Exchange } from '../exchange.ts';
import type { FaultBehaviour } from './fault.ts';
import { held } from './hold.ts';

const JSON_TYPE: Record<string, string> = { 'Content-Type': 'application/json' };

/** Headers come `milliseconds` late. */
export function lateHeaders(clock: Clock, milliseconds: number): FaultBehaviour {
  const lifted = new AbortController();
  return {
    request: async ({ over }) => {
      await delay(clock, milliseconds, AbortSignal.any([over, lifted.signal]));
      return over.aborted;
    },
    cleared: () => lifted.abort(),
  };
}

/** Headers do not come until it is cleared. */
export function noHeaders(): FaultBehaviour {
  const lifted = new AbortController();
  return {
    request: async ({ over }) => !(await held(lifted.signal, over)),
    cleared: () => lifted.abort(),
  };
}

/** Every answer is this one. */
export function fixedAnswer(status: number, body: string, headers = JSON_TYPE): FaultBehaviour {
  return {
    request: ({ response }) => {
      response.writeHead(status, headers).end(body);
      return true;
    },
  };
}

/** The status and the beginning of a body that never ends. */
export function endlessAnswer(status: number, body: string): FaultBehaviour {
  return {
    request: ({ response }) => {
      response.writeHead(status, JSON_TYPE).write(body);
      return true;
    },
  };
}

/** The connection is broken before anything is answered. */
export function cutRequest(): FaultBehaviour {
  return {
    request: ({ response }: Exchange) => {
      response.socket?.destroy();
      return true;
    },
  };
}

/** After the headers, the subscription comes `milliseconds` late. */
export function lateSubscription(clock: Clock, milliseconds: number): FaultBehaviour {
  const lifted = new AbortController();
  return {
    subscribe: ({ over }) => delay(clock, milliseconds, AbortSignal.any([over, lifted.signal])),
    cleared: () => lifted.abort(),
  };
}
