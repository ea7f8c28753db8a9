import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compareVersions } from '../../src/api-version.ts';
import { versionOfEnvironment } from '../../src/endpoint/version-setting.ts';
import { negotiateDown } from '../../src/transport/api-version.ts';
import { eventually } from '../support/eventually.ts';
import { Attempts } from './support/attempts.ts';
import { RecordingServer } from './support/recording-server.ts';

describe('versions', () => {
  it.each([
    ['1.40', '1.40', 0],
    ['1.9', '1.10', -1],
    ['1.52', '1.41', 1],
    ['2.0', '1.99', 1],
  ])('%s and %s compare as numbers do', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });

  it.each([
    ['an engine of 1.41', '1.41', '1.41'],
    ['the oldest that is understood', '1.40', '1.40'],
    ['an engine that is older', '1.39', undefined],
    ['an engine that is newer and no longer serves ours', '1.60', undefined],
    ['an engine that refused for another reason', '1.52', undefined],
    ['what does not say', undefined, undefined],
    ['what says something else', 'new', undefined],
    ['a proxy that repeats the header', '1.41, 1.41', '1.41'],
  ])('after a refusal of 1.52, with %s, the next to ask for is found', (_, theirs, expected) => {
    expect(negotiateDown('1.52', theirs === undefined ? {} : { 'api-version': theirs }, '')).toBe(expected);
  });

  it.each(['new', '1', '1.2.3', '1.44\n1', '../1.44', '1.99999'])(
    'from DOCKER_API_VERSION %j are refused',
    (given) => {
      expect(() => versionOfEnvironment({ DOCKER_API_VERSION: given })).toThrow(
        expect.objectContaining({
          code: 'INVALID_SETTING',
          message: expect.stringMatching(
            /^Invalid DOCKER_API_VERSION: expected a version such as 1\.44, got ".*"\.$/,
          ),
        }),
      );
    },
  );
});

describe('the version that is spoken', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** An engine of these versions: what it was asked for, in order. */
  async function asked(
    newest: string,
    oldest: string,
  ): Promise<{ asked: string[]; error: string | undefined }> {
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      const version = /^\/v([\d.]+)\//.exec(url)?.[1] ?? newest;
      response.setHeader('Api-Version', newest);
      const wrong =
        compareVersions(version, newest) > 0
          ? `client version ${version} is too new. Maximum supported API version is ${newest}`
          : compareVersions(version, oldest) < 0
            ? `client version ${version} is too old. Minimum supported API version is ${oldest}`
            : undefined;
      response.statusCode = wrong ? 400 : 200;
      response.end(wrong && JSON.stringify({ message: wrong }));
    });
    await using attempts = new Attempts({ host: server.host });
    await attempts.failed();
    return {
      asked: server.requests.map(({ url = '' }) => url.replace(/\/events.*/, '')),
      error: attempts.errors[0],
    };
  }

  it('is the newest that both know, found out by the first request, and kept for the others', async () => {
    const old = await asked('1.41', '1.12');
    expect(old.asked.slice(0, 3)).toEqual(['/v1.52', '/v1.41', '/v1.41']);
    expect(new Set(old.asked.slice(1))).toEqual(new Set(['/v1.41']));
    const same = await asked('1.52', '1.44');
    expect(new Set(same.asked)).toEqual(new Set(['/v1.52']));
    const newer = await asked('1.99', '1.44');
    expect(new Set(newer.asked)).toEqual(new Set(['/v1.52']));
  });

  it('is agreed on with an engine whose refusal never ends, and its connection is not left open', async () => {
    await using server = await RecordingServer.start(({ url = '' }, response) => {
      response.setHeader('Api-Version', '1.41');
      if (url.startsWith('/v1.52')) response.writeHead(400).write('{"message":"client version');
      else if (url.includes('until=')) response.end();
      else response.flushHeaders();
    });
    await using attempts = new Attempts({ host: server.host });
    await eventually('the wait for the end of it', () => attempts.clock.delays.includes(1000));
    await attempts.clock.advance(1000);
    await attempts.watch.stream.ready;
    await eventually('its end', () => server.requests[0]?.socket.destroyed === true);
  });

  it('is none with an engine before 1.40, which says what is needed', async () => {
    const { asked: versions, error } = await asked('1.39', '1.12');
    expect(versions).toEqual(['/v1.52']);
    expect(error).toMatch(
      /^REFUSED: .* version is 1\.39\. Docker Engine API 1\.40 \(Docker 19\.03\) or later is needed/,
    );
  });

  it('is none with an engine that has given it up, which says what is needed', async () => {
    const { asked: versions, error } = await asked('1.99', '1.60');
    expect(versions).toEqual(['/v1.52']);
    expect(error).toMatch(/^REFUSED: .* version is 1\.60\. This package speaks API 1\.52 at most/);
  });

  it('is that of DOCKER_API_VERSION, which is not bargained about', async () => {
    vi.stubEnv('DOCKER_API_VERSION', '1.44');
    const good = await asked('1.52', '1.44');
    expect(new Set(good.asked)).toEqual(new Set(['/v1.44']));
    const bad = await asked('1.41', '1.12');
    expect(bad.asked).toEqual(['/v1.44']);
    expect(bad.error).toMatch(/^REFUSED: .*Unset DOCKER_API_VERSION/);
  });

  it.each(['docker', 'docker-1.52', 'podman', 'podman-4.3'] as const)(
    'is understood by an engine that speaks %s',
    async (dialect) => {
      await using engine = await FakeEngine.start({ dialect });
      await using attempts = new Attempts({ host: engine.host });
      await attempts.watch.stream.ready;
      expect(attempts.errors).toEqual([]);
    },
  );
});
