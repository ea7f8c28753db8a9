import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DockerWatcher } from '@watcher/docker';
import { FakeEngine } from '@watcher/testing/engine';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/config/usage-error.ts';
import { chooseEngines } from '../../src/engine/choose-engines.ts';
import { listRunning } from '../../src/engine/engine-client.ts';
import { listeningLogger } from '../provider/support.ts';

let folder: string;
let lines: string[];
let abort: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-find-'));
  abort = new AbortController();
  vi.stubEnv('DOCKER_HOST', '');
  vi.stubEnv('DOCKER_CONTEXT', '');
  vi.stubEnv('DOCKER_CONFIG', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const choose = async (choice: Parameters<typeof chooseEngines>[0]) => {
  const listening = listeningLogger();
  lines = listening.lines;
  const options = { environment: process.env, logger: listening.logger, signal: abort.signal };
  return chooseEngines(choice, options);
};

/** Looks for an engine where none is found. Returns what was logged. */
const chooseNone = async () => {
  expect(await choose({ kind: 'find' })).toEqual([]);
  return lines;
};

describe('the search for an engine', () => {
  it('finds the one that DOCKER_HOST names', async () => {
    await using engine = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', engine.host);
    expect(await choose({ kind: 'find' })).toEqual([{ host: undefined, place: engine.host }]);
  });

  it("finds the one of the Docker CLI's context", async () => {
    await using engine = await FakeEngine.start();
    const meta = join(folder, 'contexts/meta', createHash('sha256').update('lab').digest('hex'));
    await mkdir(meta, { recursive: true });
    await writeFile(join(folder, 'config.json'), '{"currentContext":"lab"}');
    const context = { Name: 'lab', Endpoints: { docker: { Host: engine.host } } };
    await writeFile(join(meta, 'meta.json'), JSON.stringify(context));
    expect(await choose({ kind: 'find' })).toMatchObject([{ place: engine.host }]);
  });

  it.each([
    ['a socket that is not there', (path: string) => `unix://${path}/none.sock`, /ENOENT/],
    ['a file that is no socket', (path: string) => `unix://${path}/file`, /ECONNREFUSED|ENOTSOCK/],
    ['an engine that is down', () => 'tcp://127.0.0.1:1', /ECONNREFUSED/],
  ])('logs why not, when DOCKER_HOST names %s', async (_, host, reason) => {
    await writeFile(join(folder, 'file'), '');
    vi.stubEnv('DOCKER_HOST', host(folder));
    expect(await chooseNone()).toContainEqual(expect.stringMatching(reason));
  });

  it('is refused by a DOCKER_HOST that cannot be one', async () => {
    vi.stubEnv('DOCKER_HOST', 'ftp://h');
    const refused = choose({ kind: 'find' });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/DOCKER_HOST.*expected unix:\/\//);
  });

  it('does not show who logs in, nor with what password', async () => {
    vi.stubEnv('DOCKER_HOST', 'http://root:hunter2@127.0.0.1:1');
    expect((await chooseNone()).join()).not.toMatch(/root|hunter2/);
  });

  it('finds no engine after the abort', async () => {
    await using engine = await FakeEngine.start();
    vi.stubEnv('DOCKER_HOST', engine.host);
    abort.abort();
    expect((await chooseNone()).join()).not.toContain(engine.host);
  });
});

describe('the engine of --host', () => {
  it('is reached through ssh', async () => {
    await using engine = await FakeEngine.start();
    await engine.start(await engine.create({ name: 'web' }));
    const ssh = join(folder, 'ssh');
    const script = `const socket = require('node:net').connect(${JSON.stringify(engine.host.slice(7))});
process.stdin.pipe(socket).pipe(process.stdout);`;
    await writeFile(ssh, `#!${process.execPath}\n${script}\n`);
    await chmod(ssh, 0o755);
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
    const [engineBehind] = await choose({ kind: 'hosts', hosts: ['ssh://root@engine.lan'] });
    expect(engineBehind?.place).toBe('ssh://engine.lan');
    const list = await listRunning(
      new DockerWatcher({ host: engineBehind?.host, timeout: 20_000 }),
      abort.signal,
    );
    expect(list).toMatchObject({
      containers: [{ name: 'web' }],
      reach: { publicHost: 'engine.lan', private: false },
    });
  });

  it('may ask for a login, which is not shown', async () => {
    expect(await choose({ kind: 'hosts', hosts: ['https://root:hunter2@engine.lan'] })).toMatchObject([
      { place: 'https://engine.lan' },
    ]);
    expect(lines.join()).not.toMatch(/root|hunter2/);
  });

  it.each(['', 'docker', '/var/run/docker.sock', 'unix://', 'ftp://root:hunter2@h'])(
    'is refused: "%s"',
    async (host) => {
      const refused = choose({ kind: 'hosts', hosts: [host] });
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow(/^Invalid option "host": expected (?!.*hunter2)/);
    },
  );

  it('is refused with keys that cannot be read', async () => {
    vi.stubEnv('DOCKER_CERT_PATH', folder);
    await expect(choose({ kind: 'hosts', hosts: ['tcp://h'] })).rejects.toThrow(UsageError);
  });
});
