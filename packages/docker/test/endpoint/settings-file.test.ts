import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { isWatcherError } from '@watcher/core';
import { describe, expect, it } from 'vitest';
import { resolveEndpoint } from '../../src/endpoint/endpoint.ts';
import { thrownBy } from './support.ts';

/** A folder that is there, in which no file is read for real. */
const folder = tmpdir();

describe('a file of settings that cannot be read', () => {
  const settings: [string, () => unknown][] = [
    ['a CA', () => resolveEndpoint({ host: 'tcp://far', tls: { ca: join(folder, 'ca.pem') } }, {})],
    [
      'a key',
      () =>
        resolveEndpoint({ host: 'tcp://far', tls: { cert: '-----BEGIN', key: join(folder, 'key.pem') } }, {}),
    ],
    [
      'the files of DOCKER_CERT_PATH',
      () => resolveEndpoint({ host: 'tcp://far' }, { DOCKER_CERT_PATH: folder }),
    ],
    ["the Docker CLI's own", () => resolveEndpoint({}, { DOCKER_CONFIG: folder })],
    ['a context', () => resolveEndpoint({}, { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' })],
  ];

  describe.each(settings)('%s', (_, resolve) => {
    it.each(['EMFILE', 'ENFILE', 'EIO', 'EAGAIN'])('because of %s may be read the next time', (code) => {
      using _failing = failingWith(code);
      const error = thrownBy(resolve);
      expect(error).toMatchObject({ code: 'UNREACHABLE', retryable: true });
      expect((error as Error).message).toMatch(new RegExp(`^Cannot read .* for now \\(${code}\\)\\.`));
    });

    it.each(['EACCES', 'EISDIR', 'ELOOP'])('because of %s is a fault that no retry mends', (code) => {
      using _failing = failingWith(code);
      const error = thrownBy(resolve);
      expect(error).toSatisfy((thrown) => isWatcherError(thrown, 'INVALID_SETTING'));
      expect(error).toMatchObject({ retryable: false, message: expect.stringContaining(`(${code})`) });
    });
  });

  it('says that too many files are open, and shows nothing of what may be a key', () => {
    using _failing = failingWith('EMFILE');
    const error = thrownBy(() =>
      resolveEndpoint({ host: 'tcp://far', tls: { cert: '-----BEGIN', key: 'c2VjcmV0' } }, {}),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('ulimit -n') });
    expect(inspect(error)).not.toContain('c2VjcmV0');
  });
});

/** Until it is disposed, no file can be looked at or read, for this reason. */
function failingWith(code: string): Disposable {
  const { statSync, readFileSync } = fs;
  const fail = () => {
    throw Object.assign(new Error(code), { code });
  };
  const set = (functions: object) => {
    Object.assign(fs, functions);
    syncBuiltinESMExports();
  };
  set({ statSync: fail, readFileSync: fail });
  return { [Symbol.dispose]: () => set({ statSync, readFileSync }) };
}
