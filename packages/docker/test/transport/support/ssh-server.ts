import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { absentProgram, findProgram } from './programs.ts';

/**
 * A real sshd on 127.0.0.1, with a host key, a login and a client configuration of its own, all in one temporary
 * folder. OpenSSH finds the user's configuration by the system's records and not by HOME, so what stands for the
 * user's here is a script named `ssh`, in `bin`, to be put before all else on PATH.
 */
export class SshServer implements AsyncDisposable {
  readonly port: number;
  /** To be put on PATH: an `ssh` that uses the configuration below and notes its process ID. */
  readonly bin: string;
  readonly #folder: string;
  readonly #ssh = findProgram('ssh');
  #sshd: ChildProcess | undefined;

  /** Why none can be started here, or undefined when one can. */
  static unavailable(): string | undefined {
    return (
      absentProgram('sshd', 'openssh-server') ??
      absentProgram('ssh', 'openssh-client') ??
      absentProgram('docker', 'docker.io')
    );
  }

  static async start(): Promise<SshServer> {
    const server = new SshServer(mkdtempSync(join(tmpdir(), 'sshd-')), await freePort());
    server.#configure();
    await server.restart();
    return server;
  }

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.bin = join(folder, 'bin');
  }

  get host(): string {
    return `ssh://127.0.0.1:${this.port}`;
  }

  // The far end.

  /** What a login finds there: the socket of an engine, and whether there is a docker command. */
  offer(engineHost: string, { docker = true }: { readonly docker?: boolean } = {}): void {
    const path = docker ? dirname(findProgram('docker') ?? '') : '/nowhere';
    const settings = { PATH: path, HOME: this.#folder, DOCKER_HOST: engineHost };
    const words = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
    // Instead of what was asked for, and so with nothing of this user's own shell configuration.
    writeFileSync(
      this.#path('login'),
      `#!/bin/sh\nexec /usr/bin/env -i ${words.join(' ')} /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n`,
      { mode: 0o755 },
    );
  }

  /** Starts it, or starts it again, with the host key that is there. */
  async restart(): Promise<void> {
    await this.stop();
    const sshd = spawn(findProgram('sshd') as string, ['-D', '-e', '-f', this.#path('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#sshd = sshd;
    let said = '';
    sshd.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const listens = await new Promise<boolean>((resolve) => {
      sshd.once('exit', () => resolve(false));
      const ask = () => canConnect(this.port).then((yes) => (yes ? resolve(true) : setTimeout(ask, 20)));
      ask();
    });
    if (!listens) throw new Error(`sshd ended at once: ${said}`);
  }

  async stop(): Promise<void> {
    const sshd = this.#sshd;
    if (!sshd || sshd.exitCode !== null || sshd.signalCode !== null) return;
    sshd.kill('SIGCONT');
    sshd.kill('SIGKILL');
    await new Promise((resolve) => sshd.once('exit', resolve));
  }

  /** It takes connections, by the system's doing, and answers none. */
  freeze(): void {
    this.#sshd?.kill('SIGSTOP');
  }

  /** From the next start on it shows a key that nobody knows. */
  newHostKey(): void {
    makeKey(this.#path('host-key'));
  }

  // The client.

  /** The host key becomes known to the user, as it is now. */
  trust(): void {
    const [type, key] = readFileSync(this.#path('host-key.pub'), 'utf8').split(' ');
    writeFileSync(this.#path('known_hosts'), `[127.0.0.1]:${this.port} ${type} ${key}\n`);
  }

  forget(): void {
    writeFileSync(this.#path('known_hosts'), '');
  }

  get knownHosts(): string {
    return readFileSync(this.#path('known_hosts'), 'utf8');
  }

  /** The user's key is the one that may log in, or another. */
  useKey(which: 'right' | 'wrong'): void {
    copyFileSync(this.#path(which), this.#path('identity'));
  }

  /** The process IDs of every ssh that was started. */
  get started(): number[] {
    const path = this.#path('started');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
  }

  /** Those that are still there. */
  get running(): number[] {
    return this.started.filter(isRunning);
  }

  /** What stands for `ssh` from here on does this instead: lines of shell. */
  replaceSsh(...lines: string[]): void {
    const script = ['#!/bin/sh', `echo $$ >> ${this.#path('started')}`, ...lines, ''].join('\n');
    writeFileSync(join(this.bin, 'ssh'), script, { mode: 0o755 });
  }

  restoreSsh(): void {
    this.replaceSsh(`exec ${this.#ssh} -F ${this.#path('ssh_config')} "$@"`);
  }

  /** The user's configuration, with these lines in it for every host. */
  configureClient(...lines: string[]): void {
    writeFileSync(
      this.#path('ssh_config'),
      [
        'Host far-away',
        '  HostName 127.0.0.1',
        `  Port ${this.port}`,
        'Host *',
        `  User ${userInfo().username}`,
        `  UserKnownHostsFile ${this.#path('known_hosts')}`,
        '  GlobalKnownHostsFile none',
        `  IdentityFile ${this.#path('identity')}`,
        '  IdentitiesOnly yes',
        '  IdentityAgent none',
        ...lines.map((line) => `  ${line}`),
      ].join('\n'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configure(): void {
    mkdirSync(this.bin);
    // Where Debian's sshd, started by root, has to find a folder to give up its rights in.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    for (const name of ['host-key', 'right', 'wrong']) makeKey(this.#path(name));
    writeFileSync(
      this.#path('sshd_config'),
      [
        `Port ${this.port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${this.#path('host-key')}`,
        `AuthorizedKeysFile ${this.#path('right.pub')}`,
        `ForceCommand ${this.#path('login')}`,
        'PermitRootLogin prohibit-password',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        'MaxStartups 100',
        'Banner /etc/hostname', // as many have one: it comes before the words that tell what is wrong
      ].join('\n'),
    );
    this.configureClient();
    this.restoreSsh();
    this.trust();
    this.useKey('right');
    this.offer('unix:///nowhere/docker.sock');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

function makeKey(path: string): void {
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  chmodSync(path, 0o600);
}

/** Whether a process of this ID runs. One that has ended, and that its parent has not waited for, does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
