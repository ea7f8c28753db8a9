import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Options } from '../options.ts';
import type { Outcome } from '../round/run-round.ts';
import { runSeeds, type Share } from './run-seeds.ts';

/** What a process that shares in the work is told. */
interface Order {
  readonly options: Options;
  readonly share: Share;
}

/** Has `options.jobs` processes share the seeds, and hands over what came of each round, in no order. */
export async function shareSeeds(options: Options, done: (outcome: Outcome) => void): Promise<void> {
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: options.jobs }, (_, part) => {
        const worker = fork(fileURLToPath(import.meta.url), {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
        workers.push(worker);
        worker.send({ options, share: { part, of: options.jobs } } satisfies Order);
        worker.on('message', (outcome: Outcome) => done(outcome));
        return ended(worker);
      }),
    );
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function ended(worker: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`A process that ran seeds ended: ${signal ?? `exit code ${code}`}.`));
    });
  });
}

async function work({ options, share }: Order): Promise<void> {
  await runSeeds(options, share, (outcome) => process.send?.(outcome));
  process.disconnect();
}

// Whoever starts this file as a process of its own sends one order.
if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (order: Order) => void work(order));
  process.once('disconnect', () => process.exit());
}
