/**
 * Changes containers of a real engine, and measures how long an informer's store and the engine's own list differ from the
 * truth afterwards.
 *
 *   node apps/chaos/src/list-lag.ts [--engine docker|podman] [--changes 1000] [--workers 4]
 *
 * Half of the changes are made just before a second of the engine's clock, which is the unit of its replay; in a fifth an
 * informer starts with the change. Ends with 1 if a store is wrong 3 s later, or for longer than the list plus 1 s.
 */
import { parseArgs } from 'node:util';
import { type ContainerInfo, containers } from '@watcher/docker';
import type { DockerEvent } from '@watcher/events';
import { Informer } from '@watcher/informer';
import { DockerEngine, PodmanEngine, type TestEngine } from '@watcher/testing/engine';
import { Random } from './random.ts';
import { sleep } from './round/waiting.ts';

const LIMIT_MS = 3000;
/** By how much a store may be wrong for longer than the list. */
const BEHIND_LIST_MS = 1000;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'docker' },
    changes: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
});

interface Change {
  readonly name: string;
  make(): Promise<void>;
  shows(info: ContainerInfo | undefined): boolean;
}

interface Sample {
  readonly name: string;
  readonly fresh: boolean;
  /** Milliseconds after the change; 0 if it was shown before the engine's answer. Undefined: not within {@link LIMIT_MS}. */
  readonly list: number | undefined;
  readonly store: number | undefined;
}

const engine: TestEngine =
  values.engine === 'podman' ? await PodmanEngine.start() : await DockerEngine.start();
const random = new Random(Number(values.seed), 0, 0);
const samples: Sample[] = [];
const errors = new Map<string, number>();
const config = { host: engine.host, all: true, timeout: 10_000 };
const source = containers({ ...config, name: 'list' });
const { signal } = new AbortController();
try {
  await engine.networks?.create('front');
  await engine.networks?.create('back');
  const informer = follow();
  await informer.synced;
  let left = Number(values.changes);
  const work = async (_: unknown, worker: number) => {
    const id = await engine.create({
      name: `worker-${worker}`,
      ...(engine.networks && { network: 'front' }),
    });
    await engine.start(id);
    for (const change of changesOf(id)) {
      if (left-- <= 0) return;
      samples.push(await measure(change, informer, id));
      if (samples.length % 50 === 0) process.stderr.write(`${samples.length} changes\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  await informer.close();
} finally {
  await engine[Symbol.asyncDispose]();
}
process.exitCode = report() ? 0 : 1;

function follow(): Informer<ContainerInfo, DockerEvent> {
  return new Informer(containers({ ...config, name: 'informer' }), {
    resyncInterval: 0, // events alone have to keep it right
    onError: ({ code }) => errors.set(code, (errors.get(code) ?? 0) + 1),
  });
}

/** Changes of one container, without end; each is possible after the one before it. */
function* changesOf(id: string): Generator<Change> {
  const state = (name: string, make: () => Promise<void>, ...states: string[]): Change => ({
    name,
    make,
    shows: (info) => info !== undefined && states.includes(info.state),
  });
  const networks = (name: string, make: () => Promise<void>, isThere: boolean): Change => ({
    name,
    make,
    shows: (info) => info?.networks.some((network) => network.name === 'back') === isThere,
  });
  for (;;) {
    yield state('pause', () => engine.pause(id), 'paused');
    yield state('unpause', () => engine.unpause(id), 'running');
    if (engine.networks) {
      const { connect, disconnect } = engine.networks;
      yield networks('connect', () => connect.call(engine.networks, 'back', id), true);
      yield networks('disconnect', () => disconnect.call(engine.networks, 'back', id), false);
    }
    if (!random.chance(0.25)) continue;
    yield state('kill', () => engine.kill(id), 'exited');
    yield state('start', () => engine.start(id), 'running');
  }
}

async function measure(
  change: Change,
  standing: Informer<ContainerInfo, DockerEvent>,
  id: string,
): Promise<Sample> {
  if (random.chance(0.5)) await sleep(Math.max(0, 1000 - (Date.now() % 1000) - random.whole(0, 15)));
  else await sleep(random.whole(0, 300));
  const fresh = random.chance(0.2);
  const starting = fresh ? sleep(random.whole(0, 40)).then(() => follow()) : undefined;
  await change.make();
  const made = performance.now();
  const informer = (await starting) ?? standing;
  const until = async (shows: () => boolean | Promise<boolean>, pause: number, since = made) => {
    while (!(await shows())) {
      if (performance.now() - since > LIMIT_MS + BEHIND_LIST_MS) return undefined;
      await sleep(pause);
    }
    return performance.now() - since;
  };
  // Before it is synced, an informer promises nothing.
  const storeShows = async () => {
    await informer.synced;
    return await until(() => change.shows(informer.store.get(id)), 2, Math.max(made, performance.now()));
  };
  const [list, store] = await Promise.all([
    until(async () => change.shows((await source.list(signal)).find((info) => info.id === id)), 20),
    storeShows(),
  ]);
  if (fresh) await informer.close();
  return { name: change.name, fresh, list, store };
}

/** Prints the distribution; returns whether every store was right in time. */
function report(): boolean {
  const wrong = samples.filter(({ store, list }) => {
    if (store === undefined || store > LIMIT_MS) return true;
    return store > (list ?? LIMIT_MS) + BEHIND_LIST_MS;
  });
  const quantile = (of: number[], q: number) =>
    of[Math.min(of.length - 1, Math.floor(of.length * q))] ?? Number.NaN;
  const line = (label: string, all: (number | undefined)[]) => {
    const times = all.map((time) => time ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    const [p50, p90, p99, most] = [0.5, 0.9, 0.99, 1].map((q) => quantile(times, q).toFixed(0).padStart(5));
    console.log(`${label.padEnd(24)} ${String(times.length).padStart(5)} ${p50} ${p90} ${p99} ${most}`);
  };
  console.log(`${values.engine}: milliseconds after the change until it is shown`);
  console.log(`${''.padEnd(24)} count   p50   p90   p99   max`);
  for (const name of new Set(samples.map((sample) => sample.name))) {
    const own = samples.filter((sample) => sample.name === name);
    line(
      `${name}, list`,
      own.map((sample) => sample.list),
    );
    line(
      `${name}, store`,
      own.map((sample) => sample.store),
    );
  }
  const fresh = samples.filter((sample) => sample.fresh);
  line(
    'fresh informer, list',
    fresh.map((sample) => sample.list),
  );
  line(
    'fresh informer, store',
    fresh.map((sample) => sample.store),
  );
  console.log(`errors: ${[...errors].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`);
  console.log(`${wrong.length} of ${samples.length} stores were wrong too long`);
  for (const sample of wrong.slice(0, 10)) console.log(`  ${JSON.stringify(sample)}`);
  return wrong.length === 0;
}
