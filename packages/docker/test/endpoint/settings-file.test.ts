import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { isWatcherError } from '@watcher/core';
import { ManualClock } from '@watcher/testing/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EndpointSettings, resolveEndpoint } from '../../src/endpoint/endpoint.ts';
import { MAX_SETTINGS_BYTES, readSettingsFile } from '../../src/endpoint/settings-file.ts';
import { eventually } from '../support/eventually.ts';
import { PATIENT, rejectionOf } from './support.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each kind of settings, from the folder in which its files are. */
const settings: [string, (at: string) => [EndpointSettings, NodeJS.ProcessEnv]][] = [
  ['a CA', (at) => [{ host: 'tcp://far', tls: { ca: join(at, 'ca.pem') } }, {}]],
  ['a key', (at) => [{ host: 'tcp://far', tls: { cert: '-----BEGIN', key: join(at, 'key.pem') } }, {}]],
  ['the files of DOCKER_CERT_PATH', (at) => [{ host: 'tcp://far' }, { DOCKER_CERT_PATH: at }]],
  ["the Docker CLI's own file", (at) => [{}, { DOCKER_CONFIG: at }]],
];

/** The CLI's own, and one of its contexts. */
const allSettings: typeof settings = [
  ...settings,
  ['a context', (at) => [{}, { DOCKER_CONFIG: at, DOCKER_CONTEXT: 'far' }]],
];

describe('a file of settings that cannot be read', () => {
  describe.each(allSettings)('%s', (_, make) => {
    it.each(['EMFILE', 'ENFILE', 'EIO', 'EAGAIN'])(
      'because of %s may be read the next time',
      async (code) => {
        using _failing = failingWith(code);
        const error = await rejectionOf(resolveEndpoint(...make(folder)));
        expect(error).toMatchObject({ code: 'UNREACHABLE', retryable: true });
        expect((error as Error).message).toMatch(new RegExp(`^Cannot read .* for now \\(${code}\\)\\.`));
      },
    );

    it.each(['EACCES', 'EISDIR', 'ELOOP'])('because of %s is a fault that no retry mends', async (code) => {
      using _failing = failingWith(code);
      const error = await rejectionOf(resolveEndpoint(...make(folder)));
      expect(error).toSatisfy((thrown) => isWatcherError(thrown, 'INVALID_SETTING'));
      expect(error).toMatchObject({ retryable: false, message: expect.stringContaining(`(${code})`) });
    });
  });

  it('reports that too many files are open, and shows nothing of what may be a key', async () => {
    using _failing = failingWith('EMFILE');
    const error = await rejectionOf(
      resolveEndpoint({ host: 'tcp://far', tls: { cert: '-----BEGIN', key: 'c2VjcmV0' } }, {}),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('ulimit -n') });
    expect(inspect(error)).not.toContain('c2VjcmV0');
  });
});

describe('what is not a file of settings', () => {
  const NAMES = ['ca.pem', 'key.pem', 'config.json'];

  const kinds: [string, (path: string) => void, RegExp][] = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), /not a regular file/],
    ['a link to a device that never ends', (path) => symlinkSync('/dev/zero', path), /not a regular file/],
    ['a link to a terminal', (path) => symlinkSync('/dev/tty', path), /not a regular file|ENXIO/],
    ['a directory', (path) => mkdirSync(path), /EISDIR/],
    ['a link to itself', (path) => symlinkSync(path, path), /ELOOP/],
    [
      'a file that is too long',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 1e12);
      },
      /longer than 1048576 bytes/,
    ],
  ];

  it.each(kinds)('fails without blocking: %s', async (_, make, reason) => {
    const at = mkdtempSync(join(folder, 'unfit-'));
    for (const name of NAMES) make(join(at, name));
    for (const [, given] of settings) {
      const error = await rejectionOf(resolveEndpoint(...given(at)));
      expect(error).toMatchObject({ code: 'INVALID_SETTING', message: expect.stringMatching(reason) });
    }
  });

  it('includes a FIFO in the place of a context', async () => {
    const error = await rejectionOf(
      resolveEndpoint({}, { DOCKER_CONFIG: fifoContext(), DOCKER_CONTEXT: 'far' }),
    );
    expect(error).toMatchObject({
      message: expect.stringMatching(/meta\.json" \(it is not a regular file\)/),
    });
  });

  /** A folder of the CLI in which a FIFO is in the place of the context's file. */
  function fifoContext(): string {
    const at = mkdtempSync(join(folder, 'context-'));
    const name = execFileSync('sh', ['-c', 'printf far | sha256sum | cut -c1-64'], {
      encoding: 'utf8',
    }).trim();
    mkdirSync(join(at, 'contexts/meta', name), { recursive: true });
    execFileSync('mkfifo', [join(at, 'contexts/meta', name, 'meta.json')]);
    return at;
  }

  it('is told from a file that has its full length, and from one whose size is wrong', async () => {
    const path = join(folder, 'full');
    writeFileSync(path, Buffer.alloc(MAX_SETTINGS_BYTES, 'a'));
    expect(await read(path)).toHaveLength(MAX_SETTINGS_BYTES);
    expect((await read('/proc/self/status')).toString()).toMatch(/^Name:/); // its size is 0
  });

  const read = (path: string) => readSettingsFile({ path, what: 'it', advice: '.' }, PATIENT);
});

describe('a file system that does not answer', () => {
  it.each(allSettings)(
    'ends the wait for %s at the timeout, with an error that names it',
    async (_, make) => {
      using hung = hanging();
      const clock = new ManualClock();
      const given = make(join(folder, 'hung'));
      const resolved = rejectionOf(resolveEndpoint(...given, { ...PATIENT, clock, timeout: 3000 }));
      await eventually('the look', () => hung.count === 1);
      await clock.advance(3000);
      expect(await resolved).toMatchObject({
        code: 'UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(
          /^Cannot read .* for now: no answer within 3000 ms\. Does its file system/,
        ),
      });
      expect(clock.pending).toBe(0);
    },
  );

  it('ends the wait at an abort', async () => {
    using hung = hanging();
    const abort = new AbortController();
    const clock = new ManualClock();
    const resolved = rejectionOf(
      resolveEndpoint(
        {},
        { DOCKER_CONFIG: join(folder, 'aborted') },
        { clock, timeout: 1, signal: abort.signal },
      ),
    );
    await eventually('the look', () => hung.count === 1);
    abort.abort('enough');
    expect(await resolved).toBe('enough');
    expect(clock.pending).toBe(0);
  });

  it('occupies one thread per path, however often it is asked', async () => {
    using hung = hanging();
    for (let attempt = 0; attempt < 5; attempt++) {
      const clock = new ManualClock();
      const deadline = { ...PATIENT, clock, timeout: 1 };
      const resolved = rejectionOf(resolveEndpoint({}, { DOCKER_CONFIG: join(folder, 'often') }, deadline));
      await eventually('the wait', () => clock.pending > 0);
      await clock.advance(1);
      expect(await resolved).toMatchObject({ code: 'UNREACHABLE' });
    }
    expect(hung.count).toBe(1);
  });

  it('leaves a thread for the settings that are elsewhere', async () => {
    using _hung = hanging();
    const late = rejectionOf(resolveEndpoint({}, { DOCKER_CONFIG: join(folder, 'dead') }, PATIENT));
    _hung.stop();
    writeFileSync(join(folder, 'config.json'), '{}');
    expect(await resolveEndpoint({}, { DOCKER_CONFIG: folder }, PATIENT)).toMatchObject({
      host: { kind: 'socket' },
    });
    _hung.release();
    await late;
  });
});

/** Until it is disposed, no file can be looked at or opened, for this reason. */
function failingWith(code: string): Disposable {
  const fail = async () => {
    throw Object.assign(new Error(code), { code });
  };
  return replacing({ stat: fail, open: fail });
}

/** Until it is disposed, a look at a file does not end. Then each fails. */
function hanging() {
  let count = 0;
  const never = Promise.withResolvers<never>();
  never.promise.catch(() => {});
  const replaced = replacing({
    stat: () => {
      count++;
      return never.promise;
    },
  });
  const stop = () => replaced[Symbol.dispose]();
  const release = () => never.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
  return {
    get count() {
      return count;
    },
    stop,
    release,
    [Symbol.dispose]() {
      stop();
      release();
    },
  };
}

function replacing(functions: Partial<typeof promises>): Disposable {
  const { stat, open } = promises;
  const set = (some: object) => {
    Object.assign(promises, some);
    syncBuiltinESMExports();
  };
  set(functions);
  return { [Symbol.dispose]: () => set({ stat, open }) };
}
