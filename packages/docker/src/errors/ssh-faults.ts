import type { WatcherError } from '@watcher/core';
import { fault } from './fault.ts';
import { oneLine } from './one-line.ts';

/** How an ssh that was to reach an engine came to its end. */
export interface SshEnd {
  /** Its exit code: 255 is ssh's own failure, anything else what the far end answered. Null after a signal. */
  readonly code: number | null;
  /** The last of what it wrote to its standard error. */
  readonly said: string;
}

/** Where it went. */
export interface SshPlace {
  /** The address as it may be shown. */
  readonly shown: string;
  readonly hostname: string;
  readonly port: number | undefined;
}

/** Why ssh did not get through to the engine, and what to do. */
export function classifySsh({ code, said }: SshEnd, { shown, hostname, port }: SshPlace): WatcherError {
  const last = oneLine(
    said
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? '',
  );
  const login = `ssh${port === undefined ? '' : ` -p ${port}`} ${hostname}`;
  const known = port === undefined ? hostname : `[${hostname}]:${port}`;
  const found = (code === 255 ? ofOpenSsh : ofFarEnd).find(([pattern]) => pattern.test(said));
  if (!found) {
    const how = `ssh to ${shown} ended with ${code ?? 'a signal'}${last && `: ${last}`}`;
    return fault('SSH', `${how}. It has to work without a question: try \`${login} docker version\`.`);
  }
  const [, type, text] = found;
  const cause = said.includes('Could not resolve hostname') ? { code: 'ENOTFOUND' } : undefined;
  const words: Record<string, string> = { HOST: shown, LOGIN: login, KNOWN: known, SAID: last };
  return fault(
    type,
    text.replace(/\b(?:HOST|LOGIN|KNOWN|SAID)\b/g, (word) => words[word] ?? word),
    cause && Object.assign(new Error(last), cause),
  );
}

/** What a client that could not be started says of itself. Its own error holds who logs in, and is not passed on. */
export function sshNotStarted({ code, message }: NodeJS.ErrnoException, host: string): WatcherError {
  const cause = Object.assign(new Error(oneLine(message)), { code });
  const what = `Cannot run ssh to reach ${host}`;
  switch (code) {
    case 'EMFILE':
    case 'ENFILE':
      return fault(
        'UNREACHABLE',
        `${what}: too many files are open (${code}). Raise the limit of open files (ulimit -n).`,
        cause,
      );
    case 'EAGAIN':
      return fault(
        'UNREACHABLE',
        `${what}: no more processes can be started for now (${code}). Raise the limit of processes (ulimit -u).`,
        cause,
      );
    case 'ENOENT':
      return fault('SSH', `${what}: it is not installed, or not on PATH. Install the OpenSSH client.`, cause);
    default:
      return fault('SSH', `${what}: ${code ?? oneLine(message)}. Install the OpenSSH client.`, cause);
  }
}

type Case = readonly [RegExp, 'SSH' | 'UNREACHABLE' | 'PERMISSION_DENIED', string];

/** The first that fits. OpenSSH speaks English only; a server's banner may stand before what it says. */
const ofOpenSsh: readonly Case[] = [
  [
    /HOST IDENTIFICATION HAS CHANGED/,
    'SSH',
    'The host key of HOST is not the one that was known: somebody may be in between. If that host was set up ' +
      'anew, forget its old key (`ssh-keygen -R "KNOWN"`), log in by hand (`LOGIN`) and compare the new one.',
  ],
  [
    /host key is known|Host key verification failed/,
    'SSH',
    'The host key of HOST is unknown, and so it is refused. Log in by hand once (`LOGIN`) and compare its ' +
      'fingerprint, or add it to known_hosts.',
  ],
  [
    /Permission denied \(|Too many authentication failures/,
    'SSH',
    'The login at HOST was refused. The public key of this user has to be in authorized_keys there, and the ' +
      'private key in the agent (`ssh-add -l`) or named in ~/.ssh/config; no passphrase or password is asked for.',
  ],
  [
    /Could not resolve hostname/,
    'UNREACHABLE',
    'ssh cannot find HOST: neither DNS nor ~/.ssh/config knows the name.',
  ],
  [
    /ssh: connect to host|kex_exchange_identification|Connection (timed out|refused|closed|reset)|No route to host/,
    'UNREACHABLE',
    'ssh does not reach HOST (SAID). Is it up, does it run an SSH server, and is that its port?',
  ],
];

/** What the shell and the Docker CLI at the far end say. */
const ofFarEnd: readonly Case[] = [
  [
    /docker: (command )?not found|(not found|unknown command): docker|docker: No such file|not recognized as/i,
    'SSH',
    'There is no docker command at HOST (SAID). Install the Docker CLI there, on the PATH of a login without a ' +
      'terminal: `LOGIN docker version` has to work.',
  ],
  [
    /permission denied/i,
    'PERMISSION_DENIED',
    'The login at HOST may not open the engine there (SAID). Log in as a user who may, such as a member of the ' +
      'group "docker".',
  ],
  [
    /cannot connect to the docker daemon|connection refused|no such file or directory/i,
    'UNREACHABLE',
    'ssh reaches HOST, but no engine answers there (SAID). Is it running?',
  ],
];
