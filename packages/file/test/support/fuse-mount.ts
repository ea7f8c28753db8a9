import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { type Playground, playground } from './playground.ts';
import { until } from './wait.ts';

/** A directory of a file system that another process serves, which can be made to stop answering. */
export interface FuseMount extends AsyncDisposable {
  /** What the file system shows. */
  readonly path: string;
  at(...names: string[]): string;
  /** The same files where they really are. */
  behind(...names: string[]): string;
  /** A directory on the local file system. */
  beside(...names: string[]): string;
  stop(): void;
  resume(): void;
}

/** Mounts a new directory elsewhere, with the times that bindfs is told to show. */
export async function fuseMount(...options: string[]): Promise<FuseMount> {
  const place = await playground();
  for (const name of ['behind', 'mounted', 'beside']) mkdirSync(place.at(name));
  const { child: daemon, exit } = await serve(place, options);
  return {
    path: place.at('mounted'),
    at: (...names) => place.at('mounted', ...names),
    behind: (...names) => place.at('behind', ...names),
    beside: (...names) => place.at('beside', ...names),
    stop: () => daemon.kill('SIGSTOP'),
    resume: () => daemon.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      daemon.kill('SIGCONT');
      execFileSync('umount', ['--lazy', place.at('mounted')]);
      daemon.kill();
      await exit;
      await place[Symbol.asyncDispose]();
    },
  };
}

async function serve(place: Playground, options: readonly string[]): Promise<Daemon> {
  const { dev } = statSync(place.path);
  const args = ['-f', '--no-allow-other', ...options, place.at('behind'), place.at('mounted')];
  const child = spawn('bindfs', args, { stdio: 'ignore' });
  let hasEnded = false;
  const exit = once(child, 'exit').finally(() => {
    hasEnded = true;
  });
  exit.catch(() => {});
  await until(() => hasEnded || statSync(place.at('mounted')).dev !== dev, 'the mount');
  if (hasEnded) throw new Error('bindfs has ended');
  return { child, exit };
}

interface Daemon {
  readonly child: ChildProcess;
  readonly exit: Promise<unknown>;
}

/** Why there can be none here, or undefined. */
export async function whyNoFuse(): Promise<string | undefined> {
  try {
    execFileSync('bindfs', ['--version'], { stdio: 'ignore' });
    await using _ = await fuseMount();
    return undefined;
  } catch (error) {
    return `a FUSE file system to mount, with bindfs: ${error}`;
  }
}
