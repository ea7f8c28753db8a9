import type { WatcherError } from '@watcher/core';
import { fault } from './faults.ts';
import { printable } from './printable.ts';

/** How an ssh that was to reach an engine came to its end. */
export interface SshEnd {
  /** Its exit code: 255 is ssh's own failure, anything else what the far end answered. Null after a signal. */
  readonly code: number | null;
  /** The last of what it wrote to its standard error. */
  readonly said: string;
}

/**
 * Why ssh did not get through to the engine, and what to do.
 *
 * @param host the address as it may be shown
 * @param hostname what ssh was told to connect to
 */
export function classifySsh({ code, said }: SshEnd, host: string, hostname: string): WatcherError {
  const last = printable(
    said
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? '',
  );
  const found = (code === 255 ? ofOpenSsh : ofFarEnd).find(([pattern]) => pattern.test(said));
  if (found) {
    const [, type, text] = found;
    return fault(type, text.replaceAll('HOST', host).replaceAll('NAME', hostname).replace('SAID', last));
  }
  const how = `ssh to ${host} ended with ${code ?? 'a signal'}${last && `: ${last}`}`;
  return fault('SSH', `${how}. It has to work without a question: try \`ssh ${hostname} docker version\`.`);
}

/** What a client that could not be started says of itself. */
export function sshNotStarted(error: NodeJS.ErrnoException, host: string): WatcherError {
  const why = error.code === 'ENOENT' ? 'it is not installed, or not on PATH' : error.code;
  return fault('SSH', `Cannot run ssh to reach ${host}: ${why}. Install the OpenSSH client.`, error);
}

type Case = readonly [RegExp, 'SSH' | 'UNREACHABLE' | 'PERMISSION_DENIED', string];

/** The first that fits. OpenSSH speaks English only; a server's banner may stand before what it says. */
const ofOpenSsh: readonly Case[] = [
  [
    /HOST IDENTIFICATION HAS CHANGED/,
    'SSH',
    'The host key of HOST is not the one that was known: somebody may be in between. If the host was set up ' +
      'anew, forget the old key (`ssh-keygen -R NAME`), log in once by hand and compare the new one.',
  ],
  [
    /host key is known|Host key verification failed/,
    'SSH',
    'The host key of HOST is unknown, and so it is refused. Log in once by hand (`ssh NAME`) and compare its ' +
      'fingerprint, or add it to known_hosts. A port other than 22 makes it another host there.',
  ],
  [
    /Permission denied \(|Too many authentication failures/,
    'SSH',
    'The login at HOST was refused. The public key of this user has to be in authorized_keys there, and its ' +
      'private key in the agent (`ssh-add -l`) or named in ~/.ssh/config; nothing is asked, no passphrase either.',
  ],
  [
    /Could not resolve hostname/,
    'UNREACHABLE',
    'ssh cannot find HOST: its name is not known, neither to DNS nor to ~/.ssh/config.',
  ],
  [
    /^ssh: connect to host|Connection (timed out|refused)|No route to host|Network is unreachable|kex_exchange_identification|Connection (closed|reset) by/m,
    'UNREACHABLE',
    'ssh does not reach HOST (SAID). Is it up, does it run an SSH server, and is that its port?',
  ],
];

/** What the shell and the Docker CLI at the far end say. */
const ofFarEnd: readonly Case[] = [
  [
    /docker: (command )?not found|docker: No such file|not recognized as an internal/i,
    'SSH',
    'There is no docker command at HOST (SAID). Install the Docker CLI there, on the PATH of a login without a ' +
      'terminal: `ssh NAME docker version` has to work.',
  ],
  [
    /permission denied/i,
    'PERMISSION_DENIED',
    'The login at HOST may not open the engine there (SAID). Log in as a user who may, such as a member of the ' +
      'group "docker".',
  ],
  [
    /Cannot connect to the Docker daemon|connection refused|no such file or directory|failed to connect/i,
    'UNREACHABLE',
    'No engine answers at the far end of HOST (SAID). Is it running there?',
  ],
];
