/**
 * Follows 10,000 containers of the fake engine through 100 events a second, and prints what that costs: the share of a core
 * of the process that follows, its heap every 10 s after a collection, and its requests. The engine has a process of its
 * own. Beside the figures stands the load of the machine: processor time is dearer on a busy one.
 *
 *   node apps/bench/src/informer-load.ts [--containers 10000] [--rate 100] [--seconds 60]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { containers } from '@watcher/docker';
import { Informer } from '@watcher/informer';
import { FakeEngine } from '@watcher/testing/engine';

const { values } = parseArgs({
  options: {
    containers: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    follow: { type: 'string' },
  },
});
if (values.follow === undefined) await drive();
else await follow(values.follow);

/** The engine lives in this process, so that its work is not counted. */
async function drive(): Promise<void> {
  const [count, rate, seconds] = [values.containers, values.rate, values.seconds].map(Number) as [
    number,
    number,
    number,
  ];
  await using engine = await FakeEngine.start();
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const id = await engine.create({ name: `container-${i}`, labels: { tier: 'front', index: String(i) } });
    await engine.start(id);
    ids.push(id);
  }
  const args = ['--follow', engine.host];
  const child = fork(fileURLToPath(import.meta.url), args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  engine.listLag = 50;
  child.send('begin');
  const loadBefore = loadavg();
  const began = performance.now();
  let made = 0;
  const paused = new Set<string>();
  while (performance.now() - began < seconds * 1000) {
    for (const due = ((performance.now() - began) / 1000) * rate; made < due; made++) {
      const id = ids[(made * 7919) % count] as string;
      if (paused.delete(id)) await engine.unpause(id);
      else {
        paused.add(id);
        await engine.pause(id);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = (performance.now() - began) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 4000));
  child.send('end');
  const [result] = (await once(child, 'message')) as [Report];
  const truth = new Map((await engine.list({ all: true })).map(({ Id, State }) => [Id, State]));
  const store = result.store;
  const wrong =
    store.filter(([id, state]) => truth.get(id) !== state).length + Math.abs(truth.size - store.length);
  console.log(
    `${count} containers, ${made} events in ${took.toFixed(0)} s, load ${load(loadBefore)} to ${load(loadavg())}`,
  );
  console.log(`processor: ${(result.cpu / (took * 10)).toFixed(1)} % of a core`);
  console.log(`lists ${result.lists}, inspects ${result.gets}`);
  const { heap } = result;
  console.log(`heap every 10 s: ${heap.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')} MB`);
  // An item of an inspect takes more than one of a list, so the heap grows until each container has changed once.
  const settled = heap.slice(Math.ceil(count / rate / 10) + 1);
  if (settled.length > 2)
    console.log(`slope, each changed once: ${(slope(settled) * 6e-3).toFixed(0)} kB a minute`);
  console.log(`items that differ from the engine 4 s later: ${wrong}`);
  child.kill();
}

async function follow(host: string): Promise<void> {
  const informer = new Informer(containers({ host, all: true }), {
    onError: (error) => console.error(error.message),
  });
  await informer.synced;
  process.send?.('synced');
  await once(process, 'message');
  const heap: number[] = [];
  /** The collections are the measurement's, so their time is not counted. */
  const collect = () => {
    const { user, system } = process.cpuUsage();
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed);
    const spent = process.cpuUsage({ user, system });
    return (spent.user + spent.system) / 1000;
  };
  collect();
  const { lists, gets } = informer.stats;
  const before = process.cpuUsage();
  let collecting = 0;
  const timer = setInterval(() => {
    collecting += collect();
  }, 10_000);
  await once(process, 'message');
  clearInterval(timer);
  const { user, system } = process.cpuUsage(before);
  const report: Report = {
    cpu: (user + system) / 1000 - collecting,
    heap,
    lists: informer.stats.lists - lists,
    gets: informer.stats.gets - gets,
    store: [...informer.store].map(([id, { state }]) => [id, state]),
  };
  process.send?.(report);
}

interface Report {
  /** Milliseconds. */
  readonly cpu: number;
  /** Bytes, every 10 s. */
  readonly heap: readonly number[];
  readonly lists: number;
  readonly gets: number;
  readonly store: readonly (readonly [string, string])[];
}

/** The least-squares slope of samples, for each interval between two. */
function slope(samples: readonly number[]): number {
  const middle = (samples.length - 1) / 2;
  let covariance = 0;
  let variance = 0;
  for (const [at, sample] of samples.entries()) {
    covariance += (at - middle) * sample;
    variance += (at - middle) ** 2;
  }
  return covariance / variance;
}

function load([minute = 0]: readonly number[]): string {
  return minute.toFixed(1);
}
