/** The demo as a reverse proxy: how soon a route is there, and how many requests pass. */
import type { Section, SuiteOptions } from '../suite.ts';
import { saveLatencies, startLatencies } from './proxy/latency.ts';
import { type Load, throughput } from './proxy/throughput.ts';

const TIMES = 50;
const SECONDS = 10;

export async function proxySuite({ scale, progress }: SuiteOptions): Promise<Section> {
  const times = Math.max(Math.round(TIMES * scale), 3);
  progress(`${times} starts of a container`);
  const starts = await startLatencies(times);
  progress(`${times} saves of the file`);
  const saves = await saveLatencies(times);
  progress('requests, without a proxy, through nginx, through the demo');
  const { direct, nginx, demo } = await throughput(Math.max(Math.round(SECONDS * scale), 1));
  return {
    title: 'The demo: a route provider with its proxy',
    about: [
      `${times} containers are started on a real Docker Engine, and ${times} times a file of routes is saved, in place. ` +
        'The time is from the engine’s own event, or from the saved file, to the first 200 of the new upstream, with a ' +
        'request every 2 ms. A batch waits 100 ms for further events, on purpose; a saved file settles before that.',
      'Requests: autocannon with 50 connections, 1 KB a response, from an nginx that answers by itself. nginx as the ' +
        'proxy has one worker, as the demo has one process. All share the cores of this machine.',
    ],
    tables: [
      {
        title: 'Until the new route answers',
        columns: ['', 'median, ms', '99th percentile, ms'],
        rows: [row('a container starts', starts), row('the file is saved', saves)],
      },
      {
        title: 'Requests a second',
        columns: ['', 'requests/s', 'median, ms', '99th percentile, ms', 'failed'],
        rows: [loadRow('no proxy', direct), loadRow('nginx', nginx), loadRow('demo', demo)],
      },
    ],
  };
}

function row(name: string, latencies: readonly number[]): string[] {
  return [name, quantile(latencies, 0.5).toFixed(0), quantile(latencies, 0.99).toFixed(0)];
}

function loadRow(name: string, { requestsPerSecond, median, p99, failed }: Load): string[] {
  return [name, requestsPerSecond.toFixed(0), String(median), String(p99), String(failed)];
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
