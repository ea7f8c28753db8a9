import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { ManualClock } from '@watcher/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DockerWatcher } from '../../src/index.ts';
import { lookupUntil } from '../../src/transport/lookup.ts';
import { eventually } from '../support/eventually.ts';
import { Recorder } from '../support/recorder.ts';
import { RecordingServer } from './support/recording-server.ts';

/** The names that the system was asked for, in order, and how each lookup ends. */
let asked: string[] = [];
let pending: Map<string, PromiseWithResolvers<dns.LookupAddress[]>>;
const { lookup } = dns.promises;

beforeEach(() => {
  asked = [];
  pending = new Map();
  set(((name: string) => {
    asked.push(name);
    const answer = Promise.withResolvers<dns.LookupAddress[]>();
    pending.set(name, answer);
    return answer.promise;
  }) as never);
});

afterEach(async () => {
  while (pending.size > 0) await answer([...pending.keys()][0] as string, new Error('the end of the test'));
  set(lookup);
});

function set(replacement: typeof lookup): void {
  dns.promises.lookup = replacement;
  syncBuiltinESMExports();
}

async function answer(name: string, result: dns.LookupAddress[] | Error): Promise<void> {
  const { resolve, reject } = pending.get(name) as PromiseWithResolvers<dns.LookupAddress[]>;
  pending.delete(name);
  if (result instanceof Error) reject(Object.assign(result, { code: 'EAI_AGAIN' }));
  else resolve(result);
  await new Promise(setImmediate);
}

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];

/** A watch whose attempts end after 2500 ms, and begin anew 3000 ms later. */
class NamedEngine implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly watch: Recorder;

  constructor(host: string) {
    this.watch = new Recorder(new DockerWatcher({ host, clock: this.clock, timeout: 2500 }).events());
    this.watch.stream.ready.catch(() => {});
  }

  /** The attempt under way ends for want of an answer. */
  async timeOut(): Promise<void> {
    await eventually('the wait for an answer', () => this.clock.delays.includes(2500));
    await this.clock.advance(2500);
    await eventually('the wait for the next attempt', () => this.clock.delays.includes(3000));
  }

  async again(): Promise<void> {
    await this.clock.advance(3000);
    await eventually('the wait for an answer', () => this.clock.delays.includes(2500));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch[Symbol.asyncDispose]();
  }
}

describe('while the name server is silent', () => {
  it('a name is looked up once, however many attempts are made', async () => {
    await using engine = new NamedEngine('tcp://engine.example:1');
    for (let attempt = 0; attempt < 4; attempt++) {
      await engine.timeOut();
      await engine.again();
    }
    expect(asked).toEqual(['engine.example']);
  });

  it('two lookups run at most, and no other when their watches were closed', async () => {
    const engines = Array.from({ length: 5 }, (_, n) => new NamedEngine(`tcp://engine-${n}.example:1`));
    for (const { clock } of engines) await eventually('the attempt', () => clock.delays.includes(2500));
    await eventually('the lookups', () => asked.length === 2);
    await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
    await new Promise(setImmediate); // the sockets close at the end of the turn
    for (const name of [...asked]) await answer(name, new Error('late'));
    expect(asked).toHaveLength(2);
  });

  it('a name that waits has its turn before one that was looked up before', async () => {
    const names = ['a.example', 'b.example', 'c.example'];
    const signals = new AbortController();
    const look = (name: string) =>
      new Promise((resolve) => lookupUntil(signals.signal)(name, { all: true }, resolve));
    const looks = names.map(look);
    await answer('a.example', new Error('silent'));
    looks.push(look('a.example'), look('d.example'));
    await answer('b.example', new Error('silent'));
    expect(asked).toEqual(['a.example', 'b.example', 'c.example', 'd.example']);
    signals.abort();
    await Promise.all(looks);
  });
});

describe('a name', () => {
  it('that is found too late for one attempt is used by the next', async () => {
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
      if (url.includes('until=')) response.end();
    });
    const port = new URL(server.host).port;
    await using engine = new NamedEngine(`tcp://late.example:${port}`);
    await engine.timeOut();
    await answer('late.example', LOOPBACK);
    await engine.again();
    await eventually('the request', () => server.requests.length > 0);
    expect(asked).toEqual(['late.example']);
  });

  it('that does not exist is UNREACHABLE', async () => {
    await using engine = new NamedEngine('tcp://absent.example:1');
    await eventually('the lookup', () => asked.length === 1);
    await answer('absent.example', new Error('getaddrinfo EAI_AGAIN absent.example'));
    await eventually('the error', () => engine.watch.errors.length > 0);
    expect(engine.watch.errors[0]).toMatchObject({ code: 'UNREACHABLE' });
  });

  it('is passed on as dns.lookup passes it on, one address or all', async () => {
    const { signal } = new AbortController();
    const look = (all: boolean) =>
      new Promise((resolve) => lookupUntil(signal)('web', { all }, (...given) => resolve(given)));
    const both = [look(true), look(false)];
    await answer('web', [...LOOPBACK, { address: '::1', family: 6 }]);
    expect(await Promise.all(both)).toEqual([
      [null, [...LOOPBACK, { address: '::1', family: 6 }]],
      [null, '127.0.0.1', 4],
    ]);
    expect(asked).toEqual(['web']);
  });

  it('that is an address is not looked up', async () => {
    await using server = await RecordingServer.start((_, response) => response.end());
    await using _engine = new NamedEngine(server.host);
    await eventually('the request', () => server.requests.length > 0);
    expect(asked).toEqual([]);
  });
});
