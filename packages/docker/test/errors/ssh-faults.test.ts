import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { DockerErrorCode } from '../../src/errors/fault.ts';
import { classifySsh, sshNotStarted } from '../../src/errors/ssh-faults.ts';
import { Attempts } from '../transport/support/attempts.ts';

const place = { shown: 'ssh://far:2222', hostname: 'far', port: 2222 };

const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key for [far]:2222 has changed and you have requested strict checking.\r
Host key verification failed.\r
`;

const UNKNOWN = `No ED25519 host key is known for [far]:2222 and you have requested strict checking.\r
Host key verification failed.\r
`;

describe('an ssh that ended', () => {
  it.each<[number | null, string, DockerErrorCode, RegExp]>([
    [255, CHANGED, 'SSH', /not the one that was known.*`ssh-keygen -R "\[far\]:2222"`.*`ssh -p 2222 far`/],
    [255, UNKNOWN, 'SSH', /is unknown, and so it is refused\. Log in by hand once \(`ssh -p 2222 far`\)/],
    [255, `All activity is monitored!\n${UNKNOWN}`, 'SSH', /is unknown/],
    [
      255,
      'me@far: Permission denied (publickey,password).\r\n',
      'SSH',
      /login at ssh:\/\/far:2222 was refused/,
    ],
    [
      255,
      'Received disconnect from 1.2.3.4: Too many authentication failures',
      'SSH',
      /login at .* was refused/,
    ],
    [
      255,
      'ssh: Could not resolve hostname far: Name or service not known\r\n',
      'UNREACHABLE',
      /cannot find ssh:/,
    ],
    [
      255,
      'ssh: connect to host far port 2222: Connection refused\r\n',
      'UNREACHABLE',
      /does not reach .*Connection refused/,
    ],
    [255, 'ssh: connect to host far port 2222: No route to host\r\n', 'UNREACHABLE', /No route to host/],
    [255, 'kex_exchange_identification: read: Connection reset by peer\r\n', 'UNREACHABLE', /does not reach/],
    [255, 'Connection closed by 1.2.3.4 port 2222\r\n', 'UNREACHABLE', /does not reach/],
    [
      255,
      'Bad owner or permissions on /home/me/.ssh/config\r\n',
      'SSH',
      /ended with 255: Bad owner .*`ssh -p 2222 far docker version`/,
    ],
    [
      127,
      'bash: line 1: docker: command not found\n',
      'SSH',
      /no docker command at .*\(bash: line 1: docker: command not found\)/,
    ],
    [127, 'sh: 1: docker: not found\n', 'SSH', /no docker command/],
    [127, 'zsh:1: command not found: docker\n', 'SSH', /no docker command/],
    [127, 'fish: Unknown command: docker\n', 'SSH', /no docker command/],
    [
      1,
      'failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: permission denied\n',
      'PERMISSION_DENIED',
      /may not open the engine there .*group "docker"/,
    ],
    [
      1,
      'failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: no such file or directory\n',
      'UNREACHABLE',
      /no engine answers there/,
    ],
    [
      1,
      'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n',
      'UNREACHABLE',
      /no engine/,
    ],
    [
      1,
      "docker: 'dial-stdio' is not a docker command.\n",
      'SSH',
      /ended with 1: docker: 'dial-stdio' is not/,
    ],
    [3, '', 'SSH', /ended with 3\. It has to work without a question/],
    [null, '', 'SSH', /ended with a signal\./],
  ])('with %s, saying %j, is %s, with what to do', (code, said, expected, message) => {
    expect(classifySsh({ code, said }, place)).toMatchObject({
      code: expected,
      retryable: true,
      message: expect.stringMatching(message),
    });
  });

  it('is told with the commands for the usual port where none was given', () => {
    const { message } = classifySsh({ code: 255, said: CHANGED }, { ...place, port: undefined });
    expect(message).toContain('`ssh-keygen -R "far"`');
    expect(message).toContain('`ssh far`');
  });

  it('is told without who logs in, and on one line', () => {
    const said = 'me@far: Permission denied (publickey).\r\n';
    const { message } = classifySsh({ code: 255, said }, place);
    expect(message).not.toContain('me@');
    expect(message).toMatch(/^\P{Cc}+$/u);
  });

  it('is told as it is where a host is named like a part of the message', () => {
    const { message } = classifySsh(
      { code: 255, said: UNKNOWN },
      { shown: 'ssh://SAID', hostname: 'SAID', port: undefined },
    );
    expect(message).toContain('The host key of ssh://SAID is unknown');
  });
});

describe('an ssh that could not be started', () => {
  it.each<[string, DockerErrorCode, RegExp]>([
    ['ENOENT', 'SSH', /^Cannot run ssh to reach ssh:\/\/far:2222: it is not installed, or not on PATH/],
    ['EACCES', 'SSH', /: EACCES\. Install/],
    ['EMFILE', 'UNREACHABLE', /too many files are open \(EMFILE\).*ulimit -n/],
    ['ENFILE', 'UNREACHABLE', /too many files are open/],
    ['EAGAIN', 'UNREACHABLE', /no more processes .*ulimit -u/],
  ])('with %s is %s, with what to do, and without who was to log in', (code, expected, message) => {
    const given = Object.assign(new Error(`spawn ssh ${code}`), { code, spawnargs: ['-l', 'alice'] });
    const error = sshNotStarted(given, place.shown);
    expect(error).toMatchObject({ code: expected, retryable: true, message: expect.stringMatching(message) });
    expect(error.cause).toMatchObject({ code });
    expect(inspect(error)).not.toContain('alice');
  });

  it.skipIf(process.platform !== 'linux')('for want of descriptors is told as such', async () => {
    const before = execFileSync('prlimit', [
      '--pid',
      `${process.pid}`,
      '--nofile',
      '--raw',
      '--noheadings',
      '-o',
      'SOFT',
    ]);
    const limit = (soft: string) =>
      execFileSync('prlimit', ['--pid', `${process.pid}`, `--nofile=${soft.trim()}:`]);
    await using attempts = new Attempts({ host: 'ssh://alice@far.invalid' });
    await attempts.failed();
    limit('256');
    const taken: number[] = [];
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'));
    } catch {
      // that was the last
    }
    await attempts.again();
    await attempts.failed();
    for (const file of taken) closeSync(file);
    limit(before.toString());
    expect(attempts.errors.at(-1)).toMatch(/^UNREACHABLE: Cannot run ssh .*too many files are open/);
  });
});
