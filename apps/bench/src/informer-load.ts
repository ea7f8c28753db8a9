/**
 * Follows 10,000 containers of the fake engine through 100 events a second, and prints what that costs: the share of a core
 * of the process that follows, its heap, and the requests that the engine received.
 *
 *   node apps/bench/src/informer-load.ts [--containers 10000] [--rate 100] [--seconds 60]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
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
  const before = engine.requests.length;
  engine.listLag = 50;
  child.send('begin');
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
  const requests = engine.requests.slice(before);
  child.send('end');
  const [result] = (await once(child, 'message')) as [Record<string, number | string>];
  const truth = new Map((await engine.list({ all: true })).map(({ Id, State }) => [Id, State]));
  const store = JSON.parse(String(result['store'])) as [string, string][];
  const wrong =
    store.filter(([id, state]) => truth.get(id) !== state).length + Math.abs(truth.size - store.length);
  const paths = (pattern: RegExp) => requests.filter(({ path }) => pattern.test(path)).length;
  console.log(`${count} containers, ${made} events in ${took.toFixed(0)} s`);
  console.log(`processor: ${(Number(result['cpu']) / (took * 10)).toFixed(1)} % of a core`);
  console.log(`lists ${paths(/containers\/json$/)}, inspects ${paths(/^\/containers\/[0-9a-f]+\/json$/)}`);
  console.log(`heap at the begin ${result['heapBefore']} MB, at the end ${result['heapAfter']} MB`);
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
  const heapBefore = heap();
  const before = process.cpuUsage();
  await once(process, 'message');
  const { user, system } = process.cpuUsage(before);
  const store = JSON.stringify([...informer.store].map(([id, { state }]) => [id, state]));
  process.send?.({ cpu: (user + system) / 1000, heapBefore, heapAfter: heap(), store });
}

function heap(): string {
  globalThis.gc?.();
  return (process.memoryUsage().heapUsed / 1e6).toFixed(1);
}
