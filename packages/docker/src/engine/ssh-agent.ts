import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as http from 'node:http';
import { Duplex } from 'node:stream';
import { fault, printable } from './faults.ts';

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
 */
export class SshAgent extends http.Agent {
  readonly #destination: SshDestination;
  readonly #open = new Set<Duplex>();

  constructor(destination: SshDestination) {
    super({ keepAlive: false });
    this.#destination = destination;
  }

  override createConnection(): Duplex {
    const child = spawn('ssh', sshArguments(this.#destination), { stdio: ['pipe', 'pipe', 'pipe'] });
    const connection = asDuplex(child, this.#destination.shown);
    this.#open.add(connection);
    connection.once('close', () => this.#open.delete(connection));
    return connection;
  }

  override destroy(): void {
    for (const connection of this.#open) connection.destroy();
    super.destroy();
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

/** What ssh says on its way out is the reason; no more of it is kept than an error can show. */
const MAX_STDERR = 4096;

function asDuplex(child: ChildProcessWithoutNullStreams, host: string): Duplex {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < MAX_STDERR) said += chunk.toString('utf8');
  });
  const duplex = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk, _encoding, done) => void child.stdin.write(chunk, done),
    final: (done) => void child.stdin.end(done),
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk) => duplex.push(chunk) || child.stdout.pause());
  child.stdin.on('error', () => {}); // the exit says why
  child.on('error', (error) =>
    duplex.destroy(fault('UNREACHABLE', `Cannot run ssh for ${host}: ${error.message}`, error)),
  );
  child.on('close', (code) => {
    if (code === 0) duplex.push(null);
    else duplex.destroy(sshFault(host, code, said));
  });
  return duplex;
}

function sshFault(host: string, code: number | null, said: string): Error {
  const why = printable(said);
  return fault(
    'UNREACHABLE',
    `ssh to ${host} ended with ${code ?? 'a signal'}${why && `: ${why}`}. ` +
      'It has to work without a question: try `ssh <host> docker version`.',
  );
}
