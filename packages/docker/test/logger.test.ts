import type { Logger } from '@watcher/core';
import { pino, stdSerializers } from 'pino';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type DockerProviderConfig, DockerWatcher } from '../src/index.ts';
import { RETRY, Scene, told } from './session/support.ts';
import { eventually } from './support/eventually.ts';

describe('a logger', () => {
  it('is told when the watcher opens, when an attempt fails, and when it closes', async () => {
    const lines: string[] = [];
    const note = (level: string) => (fields: object | string, message?: string) =>
      void lines.push(`${level} ${message ?? fields}`);
    const logger: Logger = {
      debug: note('debug'),
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
    };
    await using scene = await Scene.begin({ logger });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await watch.stream.close();
    expect(lines).toEqual([
      'debug docker watcher opened',
      'debug docker watcher: connection failed',
      'debug docker watcher closed',
    ]);
  });

  it('that throws ends neither the stream nor the process', async () => {
    const calls = { count: 0 };
    const fail = () => {
      calls.count++;
      throw new Error('disk full');
    };
    await using scene = await Scene.begin({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.garbageLine('<html>'); // told of while the socket is being read
    await told(watch, 'error PROTOCOL', 'reload gap');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected', 'started web');
    await watch.stream.close();
    expect(await watch.stream.closed).toEqual({ reason: 'aborted' });
    expect(calls.count).toBe(5);
  });
});

describe('a pino logger', () => {
  /** What a watcher logs in vain attempts, as pino writes it with one of its serializers of errors. */
  async function linesOf(err: typeof stdSerializers.err, config: DockerProviderConfig) {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => void lines.push(JSON.parse(line));
    const logger = pino({ level: 'debug', base: null, serializers: { err } }, { write });
    const stream = new DockerWatcher({ ...config, logger, name: 'engine', retryInterval: 5 }).events();
    stream.ready.catch(() => {});
    await eventually('the failure', () => lines.length > 0);
    await stream.close();
    return lines;
  }

  it('fits as it is', () => {
    expectTypeOf(pino()).toExtend<NonNullable<DockerProviderConfig['logger']>>();
  });

  it('writes lines with the source, the code and the error in its own conventions', async () => {
    const lines = await linesOf(stdSerializers.err, { host: 'unix:///nowhere/docker.sock' });
    expect(lines[0]).toMatchObject({
      level: 20,
      msg: 'docker watcher: connection failed',
      source: 'engine',
      code: 'UNREACHABLE',
      err: {
        type: 'WatcherError',
        message: expect.stringMatching(/^No engine answers at unix:.*: connect ENOENT/),
        stack: expect.any(String),
        code: 'UNREACHABLE',
      },
    });
    expect(lines.at(-1)).toMatchObject({ msg: 'docker watcher closed', source: 'engine' });
  });

  it('writes a failure for good as an error', async () => {
    const lines = await linesOf(stdSerializers.err, { host: 'tcp://h', tls: { ca: '/nowhere/ca.pem' } });
    expect(lines.find(({ level }) => level === 50)).toMatchObject({
      msg: 'docker watcher: failed to initialize client',
      source: 'engine',
      code: 'INVALID_SETTING',
      err: { type: 'WatcherError', message: expect.stringContaining('tls.ca') },
    });
  });

  const secret = 's3cret';
  const pem = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;

  /** A client whose errors hold what it was given, as those of many HTTP libraries do. */
  const client = {
    async getEvents(): Promise<never> {
      const headers = { authorization: `Bearer ${secret}` };
      const options = { config: { headers }, agent: { options: { key: secret, auth: secret } } };
      const cause = Object.assign(new Error('inner'), options);
      throw Object.assign(new Error('refused', { cause }), options, { code: 'ECONNREFUSED' });
    },
  };

  it.each<[string, DockerProviderConfig]>([
    ["the options of a user's client", { client }],
    ['the login of a host', { host: `http://${secret}:${secret}@127.0.0.1:1` }],
    ['a key', { host: 'tcp://127.0.0.1:1', tls: { cert: pem, key: pem } }],
  ])('is told nothing of %s', async (_, config) => {
    for (const err of [stdSerializers.err, stdSerializers.errWithCause]) {
      const lines = await linesOf(err, config);
      expect(lines[0]).toHaveProperty('err');
      expect(JSON.stringify(lines)).not.toContain(secret);
    }
  });
});
