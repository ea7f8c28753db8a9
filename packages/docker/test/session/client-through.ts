import { type Readable, Transform } from 'node:stream';
import { createClient } from '../../src/engine/create-client.ts';
import { type DockerClient, type DockerProviderConfig, DockerWatcher } from '../../src/index.ts';
import { Recorder } from '../support/recorder.ts';
import { type Scene, TIMEOUT } from './support.ts';

/**
 * A watch of the scene's engine whose streams, of which `place` is the first, second, ..., pass through what
 * `through` makes for each; what is asked with an `until` is answered as it is.
 */
export function watchThrough(
  { engine, clock }: Scene,
  through: (place: number) => Transform,
  config: DockerProviderConfig = {},
): Recorder {
  const client = clientThrough(engine.host, through);
  return new Recorder(new DockerWatcher({ client, clock, timeout: TIMEOUT, ...config }).events());
}

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
  const Attributes = { name, note: 'x'.repeat(1024 * 1024) };
  const event = { Type: 'container', Action: 'start', Actor: { ID: name, Attributes }, timeNano: 1 };
  return `${JSON.stringify(event)}\n`;
}

function clientThrough(host: string, through: (place: number) => Transform): DockerClient {
  const path = host.slice('unix://'.length);
  const { client } = createClient({ host: { kind: 'socket', shown: host, path } });
  let streams = 0;
  return {
    async getEvents(request) {
      const body = (await client.getEvents(request)) as Readable & { headers?: object };
      if (request?.until !== undefined) return body;
      const changed = through(++streams);
      body.on('error', (error) => changed.destroy(error));
      return Object.assign(body.pipe(changed), { headers: body.headers });
    },
  };
}
