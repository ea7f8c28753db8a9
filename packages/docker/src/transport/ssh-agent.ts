import { type ChildProcess, spawn } from 'node:child_process';
import * as http from 'node:http';
import { Duplex } from 'node:stream';
import type { Clock } from '@watcher/core';
import { classifySsh, sshNotStarted } from '../errors/ssh-faults.ts';

export interface SshDestination {
  readonly shown: string;
  readonly hostname: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly path: string;
}

export interface SshAgentOptions {
  readonly clock: Clock;
  readonly timeout: number;
}

/**
 * Reaches an engine as the Docker CLI does: the system's OpenSSH runs `docker system dial-stdio` at the far end.
 * So the user's known hosts, agent and configuration hold, and nothing is asked: an unknown host key is refused.
 *
 * A login is dear, and each is a line in the far end's log. So the connection of a request that was answered is
 * kept for the next one; there is one at most.
 */
export class SshAgent extends http.Agent {
  readonly #destination: SshDestination;
  readonly #clock: Clock;
  readonly #open = new Set<SshConnection>();

  readonly #timeout: number;

  /** @param timeout milliseconds that a request may take, and so a login */
  constructor(destination: SshDestination, { clock, timeout }: SshAgentOptions) {
    super({ keepAlive: true, maxFreeSockets: 1 });
    this.#destination = destination;
    this.#clock = clock;
    this.#timeout = timeout;
  }

  override createConnection(): Duplex {
    const connection = new SshConnection(this.#destination, this.#clock, this.#timeout);
    this.#open.add(connection);
    void connection.gone.then(() => this.#open.delete(connection));
    return connection;
  }

  /** What Node does to a socket here has no meaning for a process: it is kept as it is. */
  override keepSocketAlive(): boolean {
    return true;
  }

  /** Ends every ssh; resolves when the last of them is gone. */
  async close(): Promise<void> {
    super.destroy();
    await Promise.all(
      [...this.#open].map((connection) => {
        connection.destroy();
        return connection.gone;
      }),
    );
  }
}

/** Milliseconds that an ssh has to end by itself when it is told to. */
const PATIENCE = 1000;

/** The last of what ssh says is the reason for its end; no more of it is kept than can matter. */
const MAX_SAID = 4096;

/**
 * One ssh, with the engine at its far end.
 *
 * It leads its own group of processes, so that what it started to get there (a ProxyCommand) ends with it. A guard in the
 * group ends it when this process ends. A master that keeps connections for others (ControlPersist) is not in the group:
 * it existed before, and stays.
 */
class SshConnection extends Duplex {
  /** Resolves when its process is gone with all it held, or was never started. Never rejects. */
  readonly gone: Promise<void>;

  readonly #child: ChildProcess;
  readonly #clock: Clock;

  constructor(destination: SshDestination, clock: Clock, timeout: number) {
    super();
    const child = spawnSsh(destination, timeout);
    this.#child = child;
    this.#clock = clock;
    let said = '';
    // Without descriptors for them, it has none of these three.
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-MAX_SAID);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout?.pause();
    });
    child.stdin?.on('error', () => {}); // its end says why
    child.once('error', (error) => this.destroy(sshNotStarted(error, destination.shown)));
    let isAbsent = false;
    const lifeline = (child.stdio as ChildProcess['stdio'] | undefined)?.[LIFELINE] as Duplex | undefined;
    lifeline?.on('data', () => {
      isAbsent = true;
    });
    lifeline?.on('error', () => {}); // the end of ssh says why
    child.once('exit', () => this.#leaveNothing());
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else if (isAbsent) this.destroy(sshNotStarted(notInstalled(), destination.shown));
      else this.destroy(classifySsh({ code, said }, destination));
    });
    this.gone = new Promise((resolve) => {
      child.once('close', () => resolve());
      if (child.pid === undefined) child.once('error', () => resolve());
    });
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  /** Never fails: when ssh takes nothing more it ends, and its end says why. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#child.stdin) this.#child.stdin.write(chunk, () => done());
    else done();
  }

  override _final(done: () => void): void {
    if (this.#child.stdin) this.#child.stdin.end(() => done());
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end().then(() => done(error));
  }

  /** An agent lets go of a socket that it keeps, and takes hold of it again: of no meaning for a process. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (hasEnded(child)) {
      closePipes(child);
      return;
    }
    signalGroup(child, 'SIGTERM');
    const timer = this.#clock.setTimeout(() => signalGroup(child, 'SIGKILL'), PATIENCE);
    child.once('exit', () => closePipes(child)); // whoever holds the other end keeps them open otherwise
    await this.gone;
    this.#clock.clearTimeout(timer);
  }

  /** Ssh has ended, and may have left helpers behind, who are of no use without it, and hold what it spoke through. */
  #leaveNothing(): void {
    const child = this.#child;
    signalGroup(child, 'SIGKILL');
    // What it said last is on its way; and it comes to an end, unless somebody has left the group.
    const timer = this.#clock.setTimeout(() => closePipes(child), PATIENCE);
    child.once('close', () => this.#clock.clearTimeout(timer));
  }
}

/** Where a group of processes can be had; on Windows it would be a window, too. */
const HAS_GROUPS = process.platform !== 'win32';

function spawnSsh(destination: SshDestination, timeout: number): ChildProcess {
  const args = sshArguments(destination, timeout);
  try {
    return HAS_GROUPS
      ? spawn('/bin/sh', ['-c', GUARDED_SSH, 'sh', ...args], {
          stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
          detached: true,
        })
      : spawn('ssh', args, { windowsHide: true });
  } catch (error) {
    throw sshNotStarted(error as Error, destination.shown);
  }
}

/** The descriptor of the pipe whose other end closes when this process ends, in whatever way. */
const LIFELINE = 3;

/**
 * Becomes ssh, and leaves a guard in its group, which ends the group when the lifeline closes: after `process.exit`, an
 * uncaught error, Ctrl-C, SIGKILL. Until it has logged in, ssh itself does not notice that its standard input has ended.
 * The guard outlives the SIGTERM that asks the group to end, and ends with the SIGKILL that follows the end of ssh.
 *
 * Where there is no ssh, the lifeline says so. An exit code could come from the far end.
 */
const GUARDED_SSH = `
command -v ssh >/dev/null 2>&1 || { echo absent >&${LIFELINE}; exit 127; }
{ trap '' TERM HUP; read -r _ <&${LIFELINE}; kill -TERM 0; sleep 1; kill -KILL 0; } </dev/null >/dev/null 2>&1 &
exec ssh "$@" ${LIFELINE}<&-
`;

const notInstalled = () => Object.assign(new Error('spawn ssh ENOENT'), { code: 'ENOENT' });

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // There is nobody left in it.
  }
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function closePipes({ stdio }: ChildProcess): void {
  for (const pipe of stdio ?? []) pipe?.destroy();
}

function sshArguments({ hostname, user, port, path }: SshDestination, timeout: number): string[] {
  return [
    // Never ask: there is nobody to answer, for a password or for an unknown host key.
    ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-T'],
    // A master that the user has is used. This one becomes none: others would come to depend on it, and be cut off with
    // it; and one that persists would be left behind when nobody watches any more.
    ...['-o', 'ControlMaster=no'],
    // One second more than a request may take, so that the error is about the request.
    ...['-o', `ConnectTimeout=${Math.ceil(timeout / 1000) + 1}`],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', hostname, 'docker'],
    ...(path === '' ? [] : ['--host', `unix://${path}`]),
    ...['system', 'dial-stdio'],
  ];
}
