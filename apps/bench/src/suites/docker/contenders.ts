/** The readers of one engine's events, each measured in a process of its own: see `measure`. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import { DockerWatcher } from '@watcher/docker';
import Docker from 'dockerode';
import split2 from 'split2';
import type { Numbers } from '../../isolate.ts';

/** What the suite tells its children, beside the case. */
export interface Task {
  readonly socket: string;
  readonly events: number;
  /** Of these, how many are not noise. */
  readonly selected: number;
}

export const task = (): Task => JSON.parse(process.env['BENCH_DOCKER'] ?? '{}');

const readers: Record<string, (task: Task) => Promise<Numbers>> = {
  limit,
  bare,
  watcher,
  dockerode,
  cli,
};

/** Milliseconds from the request to the last event, by the processor and by the wall. */
export async function measure(name: string): Promise<Numbers> {
  return (readers[name] as (task: Task) => Promise<Numbers>)(task());
}

/** `JSON.parse` of the same lines, in memory already: no reader that parses can be faster. */
async function limit({ socket, events }: Task): Promise<Numbers> {
  const lines = await linesOf(socket, events);
  const taken = stopwatch();
  let parsed = 0;
  for (const line of lines) if (JSON.parse(line)) parsed++;
  if (parsed !== events) throw new Error(`${parsed} lines of ${events}`);
  return taken();
}

/** What a program would write that only reads: the response, cut into lines, each parsed. No guarantee of any kind. */
async function bare({ socket, events }: Task): Promise<Numbers> {
  const taken = stopwatch();
  await new Promise<void>((resolve, reject) => {
    http
      .get({ socketPath: socket, path: '/events' }, (response) => {
        let received = 0;
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (JSON.parse(line) && ++received === events) resolve();
          if (received === events) response.destroy();
        });
      })
      .on('error', reject);
  });
  return taken();
}

async function watcher({ socket, selected }: Task): Promise<Numbers> {
  const taken = stopwatch();
  const stream = new DockerWatcher({ host: `unix://${socket}` }).events();
  await new Promise<void>((resolve, reject) => {
    let received = 0;
    stream.subscribe({
      push: () => {
        if (++received === selected) resolve();
      },
      error: reject,
    });
  });
  return taken();
}

async function dockerode({ socket, events }: Task): Promise<Numbers> {
  const docker = new Docker({ socketPath: socket });
  const taken = stopwatch();
  const body = await docker.getEvents();
  let received = 0;
  for await (const message of body.pipe(split2(JSON.parse))) {
    if (message && ++received === events) break;
  }
  return taken();
}

/** The Docker CLI, whose own processor time the kernel knows as long as it runs. */
async function cli({ socket, events }: Task): Promise<Numbers> {
  const started = performance.now();
  const child = spawn('docker', ['--host', `unix://${socket}`, 'events'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let received = 0;
  for await (const chunk of child.stdout) {
    for (const byte of chunk as Buffer) if (byte === 10) received++;
    if (received >= events) break;
  }
  const wall = performance.now() - started;
  const processor = await processorTime(child.pid);
  child.kill();
  return { wall, processor };
}

/** Milliseconds of processor time of a process, from the 14th and 15th field of its stat, in hundredths. */
async function processorTime(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function linesOf(socketPath: string, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    http
      .get({ socketPath, path: '/events' }, (response) => {
        const chunks: Buffer[] = [];
        let lines = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          for (const byte of chunk) if (byte === 10) lines++;
          if (lines < count) return;
          response.destroy();
          resolve(Buffer.concat(chunks).toString('utf8').split('\n').slice(0, count));
        });
      })
      .on('error', reject);
  });
}

function stopwatch(): () => Numbers {
  const started = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { wall: performance.now() - started, processor: (user + system) / 1000 };
  };
}
