import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DockerEngine, FakeEngine } from '@watcher/testing/engine';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SshAgent } from '../../src/transport/ssh-agent.ts';
import { eventually } from '../support/eventually.ts';
import { skipsFor } from '../support/skips.ts';
import { Attempts } from './support/attempts.ts';
import { isRunning, SshServer } from './support/ssh-server.ts';

/** Daemons and processes are started at each attempt, and the machine may be busy. */
const SLOW = { timeout: 60_000 };

describe.skipIf(skipsFor('SSH server', SshServer.unavailable()))('an engine behind a real sshd', SLOW, () => {
  let server: SshServer;
  let engine: FakeEngine;

  beforeAll(async () => {
    server = await SshServer.start();
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    engine = await FakeEngine.start();
    server.offer(engine.host);
    vi.stubEnv('PATH', `${server.bin}:${process.env['PATH']}`);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await engine[Symbol.asyncDispose]();
    expect(server.running).toEqual([]);
  });

  const connect = (host = server.host) => new Attempts({ host });

  async function works(
    { watch }: Attempts,
    on: Pick<FakeEngine, 'create' | 'start'> = engine,
  ): Promise<void> {
    await watch.stream.ready;
    const id = await on.create({ name: `web-${count++}` });
    await on.start(id);
    await vi.waitUntil(() => watch.events.some(({ actorId }) => actorId === id), 30_000);
  }

  async function recovers(attempts: Attempts): Promise<void> {
    await attempts.again();
    await works(attempts);
  }

  let count = 0;

  it('is watched through a host whose key is known, and no ssh is left afterwards', async () => {
    const before = server.started.length;
    const attempts = connect();
    await works(attempts);
    expect(attempts.errors).toEqual([]);
    expect(server.started.length).toBeGreaterThan(before);
    expect(server.running).not.toEqual([]);
    await attempts[Symbol.asyncDispose]();
    expect(server.running).toEqual([]);
  });

  it('is the one whose socket the address names', async () => {
    server.offer('unix:///nowhere/docker.sock');
    await using attempts = connect(`${server.host}${engine.host.slice('unix://'.length)}`);
    await works(attempts);
  });

  it("is found by a name that only the user's ssh configuration knows", async () => {
    await using attempts = connect('ssh://far-away');
    await works(attempts);
  });

  it('is asked over a connection that is kept: a watch logs in twice, however often it asks', async () => {
    const before = server.started.length;
    const questions = engine.faults.delayHeaders(0, { bounded: true });
    await using attempts = connect();
    await works(attempts);
    const { clock } = attempts;
    // After the first question the next is a second earlier: of its own last second an engine says nothing.
    for (const wait of [10_000, 9000, 9000]) {
      await eventually('the wait for the next check', () => clock.delays.includes(wait));
      const asked = questions.hits;
      await clock.advance(wait);
      await eventually('the next check', () => questions.hits > asked && clock.delays.includes(9000));
    }
    // One for the stream, one for the questions.
    expect(server.started.length - before).toBe(2);
  });

  it('is asked over a connection that gathers no listeners, however often it is asked', async () => {
    await engine.create({ name: 'before' });
    const connections = vi.spyOn(SshAgent.prototype, 'createConnection');
    const questions = engine.faults.delayHeaders(0, { bounded: true });
    await using attempts = connect();
    await works(attempts);
    const { clock } = attempts;
    for (const wait of [10_000, ...Array.from({ length: 12 }, () => 9000)]) {
      await eventually('the wait for the next check', () => clock.delays.includes(wait));
      const asked = questions.hits;
      await clock.advance(wait);
      await eventually('the next check', () => questions.hits > asked && clock.delays.includes(9000));
    }
    for (const { value } of connections.mock.results) {
      for (const event of value.eventNames()) expect(value.listenerCount(event)).toBeLessThan(5);
    }
    connections.mockRestore();
  });

  it('is asked again over another connection when the kept one ends just then', async () => {
    // Passes on one request, and ends as soon as there is a second.
    const fickle = [
      `const engine = require('node:net').connect('${engine.host.slice('unix://'.length)}').on('close', process.exit);`,
      'engine.pipe(process.stdout);',
      'let requests = 0;',
      "process.stdin.on('data', (chunk) => (requests++ === 0 ? engine.write(chunk) : process.exit(255)));",
    ];
    server.replaceSsh(`exec '${process.execPath}' -e "${fickle.join('')}"`);
    await using attempts = connect();
    await works(attempts);
    expect(attempts.errors).toEqual([]);
    server.restoreSsh();
  });

  it('is not reached through a host whose key is unknown, nor is the key taken over, until it is known', async () => {
    server.forget();
    await using attempts = connect();
    await attempts.refused(
      /^SSH: The host key of ssh:\/\/127\.0\.0\.1:\d+ is unknown.*`ssh -p \d+ 127\.0\.0\.1`/,
    );
    expect(server.knownHosts).toBe('');
    server.trust();
    await recovers(attempts);
  });

  it('is not reached through a host whose key has changed, until the user accepts it', async () => {
    server.newHostKey();
    await server.restart();
    await using attempts = connect();
    await attempts.refused(
      /^SSH: The host key of .* is not the one that was known.*`ssh-keygen -R "\[127\.0\.0\.1\]:\d+"`/,
    );
    server.trust();
    await recovers(attempts);
  });

  it('is not reached with a key that may not log in', async () => {
    server.useKey('wrong');
    await using attempts = connect();
    await attempts.refused(/^SSH: The login at .* was refused\. .*authorized_keys/);
    server.useKey('right');
    await recovers(attempts);
  });

  it('is not reached where ssh is not installed', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await using attempts = connect();
    await attempts.refused(/^SSH: Cannot run ssh to reach ssh:.*: it is not installed, or not on PATH/);
    vi.stubEnv('PATH', `${server.bin}:/usr/bin:/bin`);
    await recovers(attempts);
  });

  it('is not reached through a host without a docker command', async () => {
    server.offer(engine.host, { docker: false });
    await using attempts = connect();
    await attempts.refused(
      /^SSH: There is no docker command at ssh:.* \(.*docker: not found\)\. Install the Docker CLI/,
    );
    server.offer(engine.host);
    await recovers(attempts);
  });

  it('is unreachable while it does not run at the far end', async () => {
    server.offer('unix:///nowhere/docker.sock');
    await using attempts = connect();
    await attempts.refused(
      /^UNREACHABLE: ssh reaches ssh:.*, but no engine answers there \(.*\/nowhere\/docker\.sock/,
    );
    server.offer(engine.host);
    await recovers(attempts);
  });

  it('is unreachable while no sshd runs', async () => {
    await server.stop();
    await using attempts = connect();
    await attempts.refused(
      /^UNREACHABLE: ssh does not reach ssh:.* \(ssh: connect to host .* Connection refused\)/,
    );
    await server.restart();
    await recovers(attempts);
  });

  it('is watched again after its ssh died', async () => {
    await using attempts = connect();
    await works(attempts);
    for (const pid of server.running) process.kill(pid, 'SIGKILL');
    await recovers(attempts);
    expect(attempts.watch.lines).toContain('error CONNECTION_LOST');
    expect(attempts.watch.lines).toContain('reload reconnected');
  });

  it('leaves no ssh when it is given up while it connects', async () => {
    server.freeze();
    const attempts = connect();
    await eventually('an ssh that waits for sshd', () => server.running.length > 0);
    await attempts[Symbol.asyncDispose]();
    expect(server.running).toEqual([]);
    await server.restart();
  });

  it('leaves no ssh of an attempt that was not answered in time', async () => {
    server.freeze();
    await using attempts = connect();
    await eventually('an ssh that waits for sshd', () => server.running.length > 0);
    await attempts.clock.advance(3000);
    await attempts.failed();
    expect(server.running).toEqual([]);
    expect(attempts.errors).toEqual([expect.stringMatching(/^TIMEOUT: /)]);
    await server.restart();
    await recovers(attempts);
  });

  it('leaves no ssh that does not end when it is told to', async () => {
    server.replaceSsh("trap '' TERM", 'exec sleep 1000'); // what is ignored stays ignored
    const attempts = connect();
    await eventually('an ssh that does nothing', () => server.running.length > 0);
    const closed = attempts[Symbol.asyncDispose]();
    await eventually('the wait for its end', () => attempts.clock.delays.includes(1000));
    await attempts.clock.advance(1000);
    await closed;
    expect(server.running).toEqual([]);
    server.restoreSsh();
  });

  it.each([
    ['that got ssh there', 'exec sleep 1000'],
    ['that got ssh there and ignores that it is to end', "trap '' TERM; while :; do sleep 1; done"],
  ])('leaves no helper %s', async (_, helper) => {
    const path = `${server.bin}/helper`;
    writeFileSync(path, `#!/bin/sh\necho $$ > ${path}.pid\n${helper}\n`, { mode: 0o755 });
    server.configureClient(`ProxyCommand ${path}`);
    const before = await pipesLeft();
    const attempts = connect();
    await eventually('the helper', () => readText(`${path}.pid`).endsWith('\n'));
    const pid = Number(readText(`${path}.pid`));
    await attempts[Symbol.asyncDispose]();
    await eventually('its end', () => !isRunning(pid));
    expect(await pipesLeft()).toBe(before);
    server.configureClient();
    rmSync(`${path}.pid`);
  });

  it('leaves no pipe that something which left with ssh keeps open', async () => {
    server.replaceSsh('setsid sleep 5 &', 'exec sleep 1000');
    const before = await pipesLeft();
    const attempts = connect();
    await eventually('an ssh', () => server.running.length > 0 && pipes() > before);
    await attempts[Symbol.asyncDispose]();
    expect(await pipesLeft()).toBe(before);
    server.restoreSsh();
  });

  describe('when the process of the watcher ends before ssh has logged in', () => {
    const endings: [string, (app: ChildProcess) => unknown][] = [
      ['by process.exit', (app) => app.stdin?.write('process.exit(0)\n')],
      ['by an uncaught error', (app) => app.stdin?.write('throw new Error("a bug")\n')],
      ['by Ctrl-C in its terminal', ({ pid = 0 }) => process.kill(-pid, 'SIGINT')],
      ['by SIGTERM', (app) => app.kill('SIGTERM')],
      ['by SIGKILL', (app) => app.kill('SIGKILL')],
    ];

    it.each(endings)('%s, nothing is left', async (_, end) => {
      const before = server.started.length;
      server.freeze();
      const app = startApp(server.host);
      await eventually('an ssh that waits for sshd', () => server.started.length > before, 30_000);
      const [leader = 0] = server.started.slice(before);
      expect(membersOf(leader)).toContain('ssh');
      end(app);
      await eventually('the end of all processes', () => membersOf(leader).length === 0, 30_000);
      await server.restart();
    });

    it('what ignores SIGTERM is left neither, and what got ssh there is not', async () => {
      const before = server.started.length;
      server.replaceSsh("trap '' TERM", 'sleep 1000');
      const app = startApp(server.host);
      await eventually('an ssh that does nothing', () => server.started.length > before, 30_000);
      const [leader = 0] = server.started.slice(before);
      await eventually('its helper', () => membersOf(leader).includes('sleep'));
      app.kill('SIGKILL');
      await eventually('the end of all processes', () => membersOf(leader).length === 0, 30_000);
      server.restoreSsh();
    });
  });

  it('is given up by ssh itself a second after the timeout, rounded up', async () => {
    const path = `${server.bin}/arguments`;
    server.replaceSsh(`echo "$@" > ${path}`, 'exit 255');
    await using attempts = new Attempts({ host: server.host, timeout: 2100 });
    await attempts.failed();
    expect(readText(path)).toContain(' -o ConnectTimeout=4 ');
    server.restoreSsh();
  });

  it('says why ssh ended, though something that it started keeps its words open', async () => {
    server.replaceSsh(
      'sleep 1000 </dev/null >/dev/null &',
      'echo "Permission denied (publickey)." >&2',
      'exit 255',
    );
    await using attempts = connect();
    await attempts.failed();
    expect(attempts.errors).toEqual([expect.stringMatching(/^SSH: The login at .* was refused/)]);
    server.restoreSsh();
  });

  it('goes through a master that the user keeps, leaves that as it is, and becomes none itself', async () => {
    const socket = `${server.bin}/master`;
    server.configureClient('ControlMaster auto', `ControlPath ${socket}`, 'ControlPersist yes');
    const attempts = connect();
    await works(attempts);
    await attempts[Symbol.asyncDispose]();
    expect(existsSync(socket)).toBe(false);

    const ssh = (...words: string[]) =>
      execFileSync(`${server.bin}/ssh`, ['-p', String(server.port), ...words, '127.0.0.1'], {
        stdio: 'ignore',
      });
    ssh('-M', '-N', '-f');
    server.freeze(); // no other login is to be had
    const others = connect();
    await works(others);
    await others[Symbol.asyncDispose]();
    await server.restart();
    ssh('-O', 'check');
    ssh('-O', 'exit');
    server.configureClient();
  });

  const absent = DockerEngine.unavailable();
  it.skipIf(skipsFor('Docker Engine behind SSH', absent))('is watched when it is a real one', async () => {
    await using real = await DockerEngine.start();
    server.offer(real.host);
    await using attempts = connect();
    await works(attempts, real);
  });
});

/** Starts a program that watches `host`, and runs each line that it reads as code. Leads its own process group. */
function startApp(host: string): ChildProcess {
  const index = new URL('../../src/index.ts', import.meta.url).href;
  const code = `
    const { DockerWatcher } = await import(${JSON.stringify(index)});
    new DockerWatcher({ host: ${JSON.stringify(host)}, timeout: 60_000 }).events().subscribe({ push() {} });
    process.stdin.on('data', (line) => setImmediate(() => Function(String(line))()));
  `;
  const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code];
  return spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}

/** The names of the processes in a group, without those that have ended and that nobody has waited for. */
function membersOf(group: number): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = pids.map((pid) => readText(`/proc/${pid}/stat`));
  const parsed = stats.map((stat) => /\((.*)\) (\S) \d+ (\d+)/.exec(stat) ?? []);
  return parsed
    .filter(([, , state, pgrp]) => state !== 'Z' && Number(pgrp) === group)
    .map(([, name = '']) => name);
}

const readText = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const pipes = () => process.getActiveResourcesInfo().filter((name) => /Pipe|Process/.test(name)).length;

/** What is being closed is gone at the end of a turn of the event loop, and immediates run before that. */
async function pipesLeft(): Promise<number> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  return pipes();
}
