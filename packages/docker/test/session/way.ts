import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { systemClock } from '@watcher/core';
import type { FakeEngine } from '@watcher/testing/engine';
import Docker from 'dockerode';
import type { DockerClient, EventsBody, EventsRequest } from '../../src/index.ts';
import { EngineModem } from '../../src/transport/engine-modem.ts';
import { openEngine } from '../../src/transport/open-transport.ts';
import { eventually } from '../support/eventually.ts';

/** Something on the way to an engine. */
export interface Way {
  /** Sees each request. */
  request?(request: EventsRequest): void;
  /** Changes each answer. */
  answer?(body: IncomingMessage, request: EventsRequest): EventsBody;
}

/** A client of that engine that has something on its way to it. */
export function clientThrough({ host }: FakeEngine, way: Way): DockerClient {
  const path = host.slice('unix://'.length);
  const http = openEngine({ host: { kind: 'socket', shown: host, path } }, systemClock, 3000);
  const client = new Docker({ modem: new EngineModem(http) } as object);
  return {
    async getEvents(request = {}) {
      way.request?.(request);
      const body = (await client.getEvents(request as object)) as IncomingMessage;
      return way.answer?.(body, request) ?? body;
    },
  };
}

/**
 * A way on which streams, of which `place` is the first, second, ..., pass through what `through` makes for each; what
 * is asked with an `until` is answered as it is.
 */
export function streamsThrough(through: (place: number) => Transform): Way {
  let streams = 0;
  return {
    answer: (body, { until }) => (until === undefined ? passing(body, through(++streams)) : body),
  };
}

/** A proxy that drops every newline, of streams and of bounded answers. */
export const withoutNewlines: Way = {
  answer: (body) =>
    passing(
      body,
      new Transform({
        transform: (chunk: Buffer, _encoding, done) => done(undefined, chunk.toString().replaceAll('\n', '')),
      }),
    ),
};

/** Lets through what comes, behind the starts of `count` containers. */
export function preceded(count: number): Transform {
  let text = Array.from({ length: count }, (_, n) => startLine(`early-${n}`)).join('');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(undefined, Buffer.concat([Buffer.from(text), chunk]));
      text = '';
    },
  });
}

/** The start of a container, in a little more than a MiB. */
export function startLine(name: string): string {
  const Actor = { ID: name, Attributes: { name } };
  const event = { Type: 'container', Action: 'start', Actor, note: 'x'.repeat(1024 * 1024), timeNano: 1 };
  return `${JSON.stringify(event)}\n`;
}

/** A way on which streams lose lines for a while; what is asked with an `until` is answered whole. */
export class LossyWay implements Way {
  /** What is lost, while lines are. */
  #lost: string | undefined;

  /** Loses what comes from `cause` on until something was lost that matches. */
  async drop(what: string, match: RegExp, cause: () => Promise<unknown>): Promise<void> {
    this.#lost = '';
    await cause();
    await eventually(`the loss of ${what}`, () => match.test(this.#lost ?? ''));
    this.#lost = undefined;
  }

  answer(body: IncomingMessage, { until }: EventsRequest): EventsBody {
    if (until !== undefined) return body;
    const kept = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.#lost === undefined) return done(undefined, chunk);
        this.#lost += chunk.toString('utf8');
        done();
      },
    });
    return passing(body, kept);
  }
}

function passing(body: IncomingMessage, through: Transform): EventsBody {
  body.on('error', (error) => through.destroy(error));
  return Object.assign(body.pipe(through), { headers: body.headers });
}
