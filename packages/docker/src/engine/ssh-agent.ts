import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as http from 'node:http';
import { Duplex } from 'node:stream';
import type { Clock } from '@watcher/core';
import { classifySsh, sshNotStarted } from './ssh-faults.ts';

export interface SshDestination {
  readonly shown: string;
  readonly hostname: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly path: string;
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

  constructor(destination: SshDestination, clock: Clock) {
    super({ keepAlive: true, maxFreeSockets: 1 });
    this.#destination = destination;
    this.#clock = clock;
  }

  override createConnection(): Duplex {
    const connection = new SshConnection(this.#destination, this.#clock);
    this.#open.add(connection);
    void connection.exited.then(() => this.#open.delete(connection));
    return connection;
  }

  /** What Node does to a socket here has no meaning for a process: it is kept as it is. */
  override keepSocketAlive(): boolean {
    return true;
  }

  override reuseSocket(_connection: Duplex, request: http.ClientRequest): void {
    request.reusedSocket = true;
  }

  /** Ends every ssh; resolves when the last of them is gone. */
  async close(): Promise<void> {
    super.destroy();
    await Promise.all(
      [...this.#open].map((connection) => {
        connection.destroy();
        return connection.exited;
      }),
    );
  }
}

/** Milliseconds that an ssh has to end by itself when it is told to. */
const PATIENCE = 1000;

/** The last of what ssh says is the reason for its end; no more of it is kept than can matter. */
const MAX_SAID = 4096;

/** One ssh, with the engine at its far end. */
class SshConnection extends Duplex {
  /** Resolves when its process is gone, or was never started. Never rejects. */
  readonly exited: Promise<void>;

  readonly #child: ChildProcessWithoutNullStreams;
  readonly #clock: Clock;

  constructor(destination: SshDestination, clock: Clock) {
    super();
    const child = spawn('ssh', sshArguments(destination), { windowsHide: true });
    this.#child = child;
    this.#clock = clock;
    this.exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-MAX_SAID);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on('error', () => {}); // its end says why
    child.once('error', (error) => this.destroy(sshNotStarted(error, destination.shown)));
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else this.destroy(classifySsh({ code, said }, destination));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  /** Never fails: when ssh takes nothing more it ends, and its end says why. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end().then(() => done(error));
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    const timer = this.#clock.setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await this.exited;
    this.#clock.clearTimeout(timer);
  }
}

function sshArguments({ hostname, user, port, path }: SshDestination): string[] {
  return [
    // Never ask: there is nobody to answer, for a password or for an unknown host key.
    ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', hostname, 'docker'],
    ...(path === '' ? [] : ['--host', `unix://${path}`]),
    ...['system', 'dial-stdio'],
  ];
}
