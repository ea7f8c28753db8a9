/** Watching a directory: how soon a write is told, and what it costs to wait for one. */
import { isolate, median, type Numbers } from '../isolate.ts';
import type { Section, SuiteOptions, Table } from '../suite.ts';
import { contenders, SETTLE } from './file/contenders.ts';
import { caseOf } from './file/stage.ts';

const SIZES = [10, 100, 1000];
const LIMIT = 'fs.watch';
const PARCEL = '@parcel/watcher';
/** As it is called in the tables. */
const titles: Record<string, string> = {
  [LIMIT]: 'fs.watch (the limit)',
  'chokidar, awaitWriteFinish': `chokidar, awaitWriteFinish of ${SETTLE} ms`,
};

export async function fileSuite(options: SuiteOptions): Promise<Section> {
  const names = Object.keys(contenders);
  const cases = SIZES.flatMap((files) => names.map((name) => caseOf(name, files)));
  const results = await isolate({
    ...options,
    module: new URL('./file/measure.ts', import.meta.url),
    cases,
  });
  const idle = await isolateIdle(cases, options);
  return {
    title: 'Watching a directory',
    about: [
      'A process of its own writes one file of 2 kB after the other, in place or by renaming another onto it, each when ' +
        'the one before was told and had time to settle. Measured is from the last call that changed the file (the ' +
        'second of two writes, or the rename) to the first event of it that comes then. Each case in a process and a directory of its own, ' +
        `${options.rounds} rounds in turns; median and 99th percentile are over the writes of all rounds, a ratio is to ` +
        'the median of the same run.',
      `@watcher/file and chokidar's awaitWriteFinish wait until a file was left alone for ${SETTLE} ms (by default, ` +
        'chokidar waits 2,000). @watcher/file then reads it, between two looks at its times, and tells only what ' +
        'differs. The others tell that something happened.',
    ],
    tables: fileTables(results, idle),
  };
}

/** All side by side, since they do next to nothing, and that for long. */
async function isolateIdle(cases: readonly string[], options: SuiteOptions): Promise<Results> {
  const module = new URL('./file/idle.ts', import.meta.url);
  options.progress('idle');
  const quiet = { ...options, module, progress: () => {} };
  const each = await Promise.all(cases.map((name) => isolate({ ...quiet, cases: [name] })));
  return new Map(each.flatMap((results) => [...results]));
}

/** By case, the numbers of each round. */
export type Results = ReadonlyMap<string, readonly Numbers[]>;

export function fileTables(results: Results, idle: Results): Table[] {
  return [
    latencyTable('Written in place', 'in place', results),
    latencyTable('Replaced by a rename', 'by rename', results),
    costTable(results, idle),
  ];
}

function latencyTable(title: string, how: string, results: Results): Table {
  const rows = everyCase().map(([name, files]) => {
    const own = latencies(results, name, files, how);
    const limit = median(latencies(results, LIMIT, files, how));
    const aim = median(latencies(results, PARCEL, files, how)) + SETTLE;
    const runs = results.get(caseOf(name, files)) ?? [];
    return [
      titles[name] ?? name,
      String(files),
      median(own).toFixed(2),
      percentile(own).toFixed(2),
      (median(own) / limit).toFixed(1),
      (median(own) / aim).toFixed(2),
      mean(runs.map((run) => run[`${how} events`] ?? Number.NaN)).toFixed(2),
      String(runs.reduce((sum, run) => sum + (run[`${how} missed`] ?? 0), 0)),
    ];
  });
  return {
    title,
    columns: [
      '',
      'files',
      'median, ms',
      '99th percentile, ms',
      'times the limit',
      `of @parcel/watcher and ${SETTLE} ms`,
      'events a write',
      'missed',
    ],
    rows,
    notes: [
      'Missed: no event came within two seconds after the last change; one that came before says nothing of it.',
    ],
  };
}

function costTable(results: Results, idle: Results): Table {
  const rows = everyCase().map(([name, files]) => {
    const of = (key: string, from = results) =>
      median((from.get(caseOf(name, files)) ?? []).map((run) => run[key] ?? Number.NaN));
    return [
      titles[name] ?? name,
      String(files),
      of('watches').toFixed(0),
      of('memory').toFixed(1),
      of('opened').toFixed(1),
      of('idle', idle).toFixed(3),
    ];
  });
  return {
    title: 'What it costs to wait',
    columns: ['', 'files', 'OS watches', 'memory, MB', 'until ready, ms', 'idle, % of a core'],
    rows,
    notes: [
      'Medians. Memory is what the process grew by from before the import until it was ready. Idle is the processor’s ' +
        'time in half a minute in which nothing happens, begun 40 s after the start, all at the same time: once a second @watcher/file compares the times of every file with those it knows, ' +
        'for what the system gives no notice of; the others do not look.',
    ],
  };
}

function everyCase(): [name: string, files: number][] {
  return Object.keys(contenders).flatMap((name) => SIZES.map((files): [string, number] => [name, files]));
}

function latencies(results: Results, name: string, files: number, how: string): number[] {
  const isLatency = new RegExp(`^${how} \\d+$`);
  return (results.get(caseOf(name, files)) ?? []).flatMap((run) =>
    Object.entries(run).flatMap(([key, value]) => (isLatency.test(key) ? value : [])),
  );
}

function percentile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
