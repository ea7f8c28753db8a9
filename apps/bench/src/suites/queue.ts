import { isolate, median } from '../isolate.ts';
import type { Section, SuiteOptions, Table } from '../suite.ts';
import { batchers, demanding, iterables, taskQueues } from './queue/contenders.ts';
import { latencyTable } from './queue/latency.ts';
import { holders } from './queue/memory.ts';

/** Nanoseconds an event, by contender and round. */
type Times = ReadonlyMap<string, readonly number[]>;

/** EventQueue and the stream: throughput beside peers, memory, and latency in simulated time. */
export async function queueSuite(options: SuiteOptions): Promise<Section> {
  const times = await measureThroughput(options);
  const memory = await memoryTable(options);
  options.progress('latency');
  return {
    title: 'Queue and stream',
    about: [
      'Two million events, a thousand in each turn of the event loop, from the push to the hands of the consumer. ' +
        `Each case is measured in ${options.rounds} rounds, each time in a process of its own after a warm-up. The cases ` +
        'take turns, and the table has the medians; a ratio is to the limit of the same round. Time is the ' +
        "processor's, of all threads of the process, so that other work on the machine counts less. Every event is " +
        'counted at its arrival: a case that loses one fails.',
      'The limit is what a batch costs without any promise: an array that is handed on at 1,024 events, and one timer.',
    ],
    tables: [
      speedTable('From push to flush, in batches of at most 1,024', batchers, times, [
        'The queue can be faster than the limit because it makes room for a batch in advance, where the limit lets its ' +
          'array grow.',
      ]),
      speedTable('The same, with more asked of it', demanding, times, [
        'Observed: with a subscriber on every diagnostics channel, and `stats` read in every turn. A `quietPeriod` reads ' +
          'the clock for each event, `coalesce` looks each up by its key.',
      ]),
      speedTable('From push to the body of `for await`', iterables, times),
      speedTable('From push to a task for each event', taskQueues, times, [
        'Task queues are made for other work; they are here because they are often used for this.',
      ]),
      memory,
      await latencyTable(),
    ],
    chart: {
      title: 'Two million events, a thousand a turn',
      unit: 'million events a second',
      bars: [...times]
        .filter(([name]) => !(name in demanding))
        .map(([name, runs]) => ({ name, value: 1000 / median(runs), ours: name.startsWith('@watcher/') })),
    },
  };
}

async function measureThroughput({ rounds, scale, progress }: SuiteOptions): Promise<Times> {
  const measured = await isolate({
    module: new URL('./queue/throughput.ts', import.meta.url),
    cases: Object.keys({ ...batchers, ...demanding, ...iterables, ...taskQueues }),
    rounds,
    scale,
    progress: (text) => progress(`throughput, ${text}`),
  });
  return new Map([...measured].map(([name, runs]) => [name, runs.map((run) => run['ns'] ?? Number.NaN)]));
}

function speedTable(title: string, cases: object, times: Times, notes: readonly string[] = []): Table {
  const [limit = []] = times.values(); // the first case of all
  const rows = Object.keys(cases).map((name) => {
    const runs = times.get(name) ?? [];
    const ratio = median(runs.map((time, round) => (limit[round] ?? Number.NaN) / time));
    return [
      name,
      (1000 / median(runs)).toPrecision(3),
      median(runs).toFixed(0),
      `${Math.min(...runs).toFixed(0)} to ${Math.max(...runs).toFixed(0)}`,
      ratio.toFixed(ratio < 0.1 ? 3 : 2),
    ];
  });
  const columns = ['', 'million/s', 'ns an event', 'lowest to highest', 'of the limit'];
  return { title, columns, rows, notes };
}

async function memoryTable({ scale, progress }: SuiteOptions): Promise<Table> {
  const measured = await isolate({
    module: new URL('./queue/memory.ts', import.meta.url),
    cases: Object.keys(holders),
    rounds: 1,
    scale,
    mayDie: true,
    progress: () => progress('memory'),
  });
  return {
    title: 'Heap, with a consumer that never finishes',
    columns: ['', 'growth at most', 'growth at the end'],
    rows: [...measured].map(([name, [growth]]) => [
      name,
      megabytes(growth?.['peak']),
      megabytes(growth?.['end']),
    ]),
    notes: [
      'Two million events, and a consumer whose first batch, task or read never ends. After a full collection, looked ' +
        'at twenty times on the way. The events are the same thousand objects over and over, so that what is measured ' +
        'is what the queue itself keeps. Where they are fresh, the 10,000 events that wait (`capacity`) and the 1,000 of ' +
        'the batch under way are in it too.',
    ],
  };
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'out of memory' : `${(bytes / 1e6).toFixed(2)} MB`;
}
