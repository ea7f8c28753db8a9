/** Reading an engine's events: how many a second reach the consumer. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolate, median, type Numbers } from '../isolate.ts';
import type { Section, SuiteOptions, Table } from '../suite.ts';
import type { Task } from './docker/contenders.ts';

const EVENTS = 300_000;
const NOISE = 95;

const names: Record<string, string> = {
  limit: 'JSON.parse of the same lines, in memory',
  bare: 'a bare Node program: read, split, JSON.parse',
  watcher: '@watcher/docker',
  dockerode: 'dockerode, split2 and JSON.parse',
  cli: 'docker events (the CLI)',
};

export async function dockerSuite(options: SuiteOptions): Promise<Section> {
  const events = Math.round(EVENTS * options.scale);
  const cases = Object.keys(names).filter((name) => name !== 'cli' || hasCli());
  const all = await measured(options, cases, events, 0);
  const noisy = await measured(options, cases, events, NOISE);
  return {
    title: "Reading an engine's events",
    about: [
      `${events} events of about 600 bytes each, sent by an engine in a process of its own as fast as they are taken, ` +
        `until the last has reached the consumer. Each case in a process of its own, ${options.rounds} rounds in turns, ` +
        'medians; a ratio is to the limit of the same round. Time is the processor’s, of all threads of the process.',
      'The limit has its lines in memory and makes nothing of them. @watcher/docker reads them from the socket, with ' +
        'every guarantee on: it follows the raw stream, keeps its place, selects, and makes an event.',
    ],
    tables: [
      table('Every event selected', events, all),
      {
        ...table(`${NOISE} % of them exec events, as health checks make them`, events, noisy),
        notes: [
          'The limit and the peers parse all of them; @watcher/docker knows such a line by its beginning.',
        ],
      },
    ],
    chart: {
      title: "Reading an engine's events",
      unit: 'thousand/s',
      bars: cases.map((name) => ({
        name: names[name] ?? name,
        value: events / median(times(all, name)),
        ours: name === 'watcher',
      })),
    },
  };
}

type Results = ReadonlyMap<string, readonly Numbers[]>;

async function measured(
  options: SuiteOptions,
  cases: readonly string[],
  events: number,
  noise: number,
): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-docker-'));
  const socket = join(folder, 'docker.sock');
  const selected = Array.from({ length: events }, (_, n) => n % 100 >= noise).filter(Boolean).length;
  const engine = spawn(
    process.execPath,
    [new URL('./docker/engine.ts', import.meta.url).pathname, socket, String(events), String(noise)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    for await (const line of engine.stdout) if (String(line).includes('ready')) break;
    process.env['BENCH_DOCKER'] = JSON.stringify({ socket, events, selected } satisfies Task);
    return await isolate({ ...options, module: new URL('./docker/contenders.ts', import.meta.url), cases });
  } finally {
    engine.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function table(title: string, events: number, results: Results): Table {
  const limit = times(results, 'limit');
  const rows = [...results.keys()].map((name) => {
    const own = times(results, name);
    const ratio = median(own.map((time, round) => time / (limit[round] ?? Number.NaN)));
    return [
      names[name] ?? name,
      Math.round(events / median(own)).toString(),
      ((median(own) * 1000) / events).toFixed(2),
      ratio.toFixed(2),
    ];
  });
  return { title, columns: ['', 'thousand/s', 'µs an event', 'times the limit'], rows };
}

function times(results: Results, name: string): number[] {
  return (results.get(name) ?? []).map(({ processor }) => processor ?? Number.NaN);
}

function hasCli(): boolean {
  return spawnSync('docker', ['--version']).status === 0;
}
