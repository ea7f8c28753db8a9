import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DockerEngine, PodmanEngine } from '../../src/engine/index.ts';
import { findProgram, isStatic, missing } from '../../src/engine/real/programs.ts';
import { EngineClient, eventually } from './engine-client.ts';
import { skipsFor } from './skips.ts';

const engines = [
  ['Docker Engine', DockerEngine],
  ['Podman', PodmanEngine],
] as const;

describe.each(engines)('a real %s', (name, Engine) => {
  const skips = skipsFor(name, Engine.unavailable());

  it.skipIf(skips)('runs side by side with another, each with containers of its own', async () => {
    const [one, other] = await Promise.all([Engine.start(), Engine.start()]);
    await using _one = one;
    await using _other = other;
    expect(one.host).not.toBe(other.host);
    const [id, otherId] = await Promise.all([one.create({ name: 'same' }), other.create({ name: 'same' })]);
    await Promise.all([one.start(id), other.start(otherId)]);
    await one.crash();
    expect((await other.list()).map(({ Id }) => Id)).toEqual([otherId]);
    await one.restart();
    expect((await one.list({ all: true })).map(({ Id }) => Id)).toEqual([id]);
  });

  it.skipIf(skips)('leaves nothing behind when it is disposed: no process, no mount, no folder', async () => {
    const engine = await Engine.start();
    const folder = dirname(new URL(engine.host).pathname);
    const id = await engine.create({ name: 'web' });
    await engine.start(id);
    expect(processesWith(folder)).not.toEqual([]);
    await engine[Symbol.asyncDispose]();
    expect([processesWith(folder), mountsIn(folder), existsSync(folder)]).toEqual([[], [], false]);
  });

  it.skipIf(skips).each(['crashed', 'frozen'])(
    'is disposed when it has %s, with containers that run',
    async (how) => {
      const engine = await Engine.start();
      const folder = dirname(new URL(engine.host).pathname);
      await engine.start(await engine.create({ name: 'web' }));
      if (how === 'crashed') await engine.crash();
      else engine.freeze();
      await engine[Symbol.asyncDispose]();
      expect([processesWith(folder), mountsIn(folder), existsSync(folder)]).toEqual([[], [], false]);
    },
  );

  it.skipIf(skips)('removes what an engine left whose process was killed', async () => {
    const abandoned = await Engine.start();
    const folder = dirname(new URL(abandoned.host).pathname);
    const id = await abandoned.create({ name: 'web' });
    await abandoned.start(id);
    const nobody = '999999999 1';
    await writeFile(join(folder, 'owner'), nobody);
    await using engine = await Engine.start();
    // Another process that starts one may have been the first to notice, and be at it.
    await eventually(() => !existsSync(folder), 'the folder to be removed');
    expect([processesWith(folder), mountsIn(folder), controlGroupsOf(id)]).toEqual([[], [], []]);
    await engine.start(await engine.create({ name: 'web' }));
  });

  it.skipIf(skips).each([
    ['does not start', { args: ['--nonsense'] }, 'unknown flag: --nonsense'],
    ['takes longer than it may', { startTimeout: 0 }, 'was not ready within 0 ms'],
  ])('says what the daemon said when that %s, and leaves nothing', async (_, options, said) => {
    const failure = String(await Engine.start(options).catch((error: Error) => error));
    expect(failure).toContain(said);
    const [folder] = /\/[^ ]*watcher-engine-\w+/.exec(failure) ?? ['no folder is named'];
    expect(dirname(folder)).toBe(tmpdir());
    expect([processesWith(folder), existsSync(folder)]).toEqual([[], false]);
  });

  it.skipIf(skips)('frozen, it keeps connections open and answers nothing; thawed, it goes on', async () => {
    await using engine = await Engine.start();
    const client = new EngineClient(engine.host);
    engine.freeze();
    await eventually(() => stateOf(engine.pid) === 'T', 'the daemon to stand still');
    let answered = false;
    const answer = client.ask('/_ping').then(() => {
      answered = true;
    });
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    engine.thaw();
    await answer;
  });

  it.skipIf(skips)('has a process only while it is up', async () => {
    await using engine = await Engine.start();
    expect(stateOf(engine.pid)).toMatch(/[RS]/);
    await engine.crash();
    expect(engine.pid).toBeUndefined();
  });
});

describe('what keeps an engine from being started', () => {
  it.skipIf(DockerEngine.unavailable() !== undefined)('is named, and so is the package to install', () => {
    expect(missing({ 'no-such-program': 'some-package' })).toBe(
      'no-such-program is not installed (Debian: some-package)',
    );
  });

  it.skipIf(DockerEngine.unavailable() !== undefined)('is a busybox that needs more than itself', () => {
    expect(isStatic(findProgram('busybox') ?? '')).toBe(true);
    expect(isStatic(process.execPath)).toBe(false);
  });
});

/** Processes that were started with a path in this folder, but for those that are only waiting to be reaped. */
function processesWith(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
    .filter((command) => command.includes(`${folder}/`));
}

function mountsIn(folder: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(` ${folder}/`));
}

function controlGroupsOf(id: string): string[] {
  const roots = ['', ...readdirSync('/sys/fs/cgroup')].map((name) => join('/sys/fs/cgroup', name));
  const groups = [`docker/${id}`, `libpod_parent/libpod-${id}`, `libpod_parent/libpod-conmon-${id}`];
  return roots.flatMap((root) => groups.map((group) => join(root, group))).filter((path) => existsSync(path));
}

function stateOf(pid: number | undefined): string | undefined {
  return /\) (\w)/.exec(read(`/proc/${pid}/stat`))?.[1];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
