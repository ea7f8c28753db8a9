import { inspect } from 'node:util';
import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Attempts } from './support/attempts.ts';
import { RecordingServer } from './support/recording-server.ts';

/** How long a refusal's body is waited for, and how long headers are, by default. */
const PATIENCE = 1000;
const TIMEOUT = 3000;

let engine: FakeEngine;

beforeEach(async () => {
  engine = await FakeEngine.start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await engine[Symbol.asyncDispose]();
});

describe('a refusal', () => {
  it.each([
    [401, /^REFUSED: .*401 Unauthorized: denied\. .*login/],
    [403, /^REFUSED: .*403 Forbidden: denied\. .*EVENTS=1/],
    [404, /^REFUSED: .*404 Not Found: denied\. /],
    [405, /^REFUSED: .*405 Method Not Allowed: denied\. .*GET/],
    [500, /^ENGINE_FAULT: .*500 Internal Server Error: denied\./],
    [503, /^ENGINE_FAULT: .*503 Service Unavailable: denied\./],
  ])(
    'of %i is told once however often it is met, and ready waits until it is lifted',
    async (status, message) => {
      const refused = engine.faults.respond(status, '{"message":"denied"}');
      await using attempts = new Attempts({ host: engine.host });
      for (let retry = 0; retry < 5; retry++) await attempts.again();
      await attempts.failed();
      expect(refused.hits).toBe(6);
      expect(attempts.errors).toEqual([expect.stringMatching(message)]);
      await refused.clear();
      await attempts.again();
      await attempts.watch.stream.ready;
      expect(attempts.watch.lines).toEqual([expect.stringMatching(/^error/)]);
    },
  );

  it('is told again when it comes back after the engine was there', async () => {
    await engine.create({ name: 'before' }); // something to resume from
    const first = engine.faults.respond(403, '');
    await using attempts = new Attempts({ host: engine.host });
    await attempts.failed();
    await first.clear();
    await attempts.again();
    await attempts.watch.stream.ready;
    const second = engine.faults.respond(403, '');
    engine.faults.endStreams();
    await attempts.again();
    await attempts.again();
    await attempts.failed();
    await second.clear();
    await attempts.again();
    await eventually('the engine to be back', () => attempts.watch.lines.includes('reload reconnected'));
    expect(attempts.watch.lines).toEqual([
      'error REFUSED',
      'error CONNECTION_LOST',
      'reload disconnected',
      'error REFUSED',
      'reload reconnected',
    ]);
  });

  it('is told beside another fault that comes in turn with it, each once', async () => {
    await using attempts = new Attempts({ host: engine.host });
    await attempts.watch.stream.ready;
    for (let turn = 0; turn < 3; turn++) {
      const refused = engine.faults.respond(403, '');
      if (turn === 0) engine.faults.endStreams();
      else await attempts.again();
      await attempts.failed();
      await refused.clear();
      const cut = engine.faults.cutRequests();
      await attempts.again();
      await attempts.failed();
      await cut.clear();
    }
    const codes = attempts.watch.lines.filter((line) => line.startsWith('error'));
    expect(codes.toSorted()).toEqual(['error CONNECTION_LOST', 'error CONNECTION_LOST', 'error REFUSED']);
  });

  it.each([
    [
      'and a body that begins and never ends',
      '{"message":"forbidden',
      /403 Forbidden: \{"message":"forbidden/,
    ],
    ['and a body that never begins', '', /403 Forbidden\. Whatever/],
  ])('with 403 %s is told as what it is', async (_, body, message) => {
    const endless = engine.faults.respondEndlessly(403, body);
    await using attempts = new Attempts({ host: engine.host });
    await eventually('the refusal', () => attempts.clock.delays.includes(PATIENCE));
    await attempts.clock.advance(PATIENCE);
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(message)]);
    await eventually('its connection to be closed', () => engine.connections.open === 0);
    await endless.clear();
    await attempts.again();
    await attempts.watch.stream.ready;
  });

  it('with a body without end or pause costs no more memory than an error shows', async () => {
    let sent = 0;
    await using server = await RecordingServer.start((_, response) => {
      response.writeHead(403);
      const pour = () => {
        while (response.write('x'.repeat(65_536))) sent += 65_536;
        response.once('drain', pour);
      };
      pour();
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    expect(attempts.errors).toEqual([
      expect.stringMatching(/^REFUSED: .{0,80}403 Forbidden: x{197}\.\.\. Whatever/),
    ]);
    await vi.waitUntil(async () => (await server.connections()) === 0);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('leaves nothing when the watch is given up while its body is waited for', async () => {
    engine.faults.respondEndlessly();
    const attempts = new Attempts({ host: engine.host });
    await eventually('the refusal', () => attempts.clock.delays.includes(PATIENCE));
    await attempts[Symbol.asyncDispose]();
    expect(attempts.clock.pending).toBe(0);
    await eventually('its connection to be closed', () => engine.connections.open === 0);
  });
});

describe('headers that never come', () => {
  it('are told as TIMEOUT, once, and what was asked is given up', async () => {
    const withheld = engine.faults.withholdHeaders();
    await using attempts = new Attempts({ host: engine.host });
    for (let retry = 1; retry <= 3; retry++) {
      await eventually('the request', () => withheld.hits === retry);
      await attempts.clock.advance(TIMEOUT);
      await attempts.failed();
      await eventually('its connection to be closed', () => engine.connections.open === 0);
      if (retry < 3) await attempts.again();
    }
    expect(attempts.errors).toEqual([expect.stringMatching(/^TIMEOUT: /)]);
    await withheld.clear();
    await attempts.again();
    await attempts.watch.stream.ready;
  });
});

describe('a setting that is wrong', () => {
  it('beside a login in the address says nothing of that login, in the source of its error neither', async () => {
    await using attempts = new Attempts({
      host: 'tcp://us3r:s3cret@127.0.0.1:1/path',
      tls: { ca: '/nowhere/ca.pem' },
      name: undefined,
    });
    const { error } = await attempts.watch.stream.closed;
    expect(error).toMatchObject({ code: 'INVALID_SETTING', source: 'tcp://127.0.0.1:1/path' });
    expect(inspect(error)).not.toMatch(/us3r|s3cret/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['DOCKER_HOST', { DOCKER_HOST: 'ftp://us3r:s3cret@host' }, /^Invalid DOCKER_HOST: expected unix:/],
    ['DOCKER_CONTEXT', { DOCKER_CONTEXT: 'missing', DOCKER_HOST: '' }, /^The Docker context "missing"/],
    [
      'DOCKER_CERT_PATH',
      { DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: '/nowhere' },
      /of DOCKER_CERT_PATH at/,
    ],
    [
      'DOCKER_API_VERSION',
      { DOCKER_HOST: 'tcp://host', DOCKER_API_VERSION: 'new' },
      /^Invalid DOCKER_API_VERSION/,
    ],
  ])('in %s ends the stream as failed, and is named', async (_, environment, message) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await using attempts = new Attempts({ name: undefined });
    const error = { code: 'INVALID_SETTING', retryable: false, message: expect.stringMatching(message) };
    await expect(attempts.watch.stream.ready).rejects.toMatchObject(error);
    const closed = await attempts.watch.stream.closed;
    expect(closed).toMatchObject({ reason: 'failed', error });
    expect(JSON.stringify([closed.error?.message, closed.error?.source])).not.toMatch(/us3r|s3cret/);
    expect(attempts.clock.pending).toBe(0);
  });
});
