import { ManualClock } from '@watcher/testing/clock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, Informer } from '../src/index.ts';
import { values } from './support/followed.ts';
import { type Item, TestSource, without } from './support/test-source.ts';

const KEYS = ['a', 'b', 'c', 'd'];
const RECONCILE_MS = 3000;

type Step =
  | { do: 'change'; key: string; exists: boolean; lag: number }
  | { do: 'lose' | 'gap' | 'overflow' | 'leave' | 'return' | 'end' | 'read' }
  | { do: 'fail'; what: TestSource['fails'] }
  | { do: 'hold'; what: TestSource['hold'] }
  | { do: 'answer'; which: number; how: 'new' | 'old' | 'fails' }
  | { do: 'advance'; by: number };

const kinds = fc.constantFrom<boolean | 'lists' | 'gets'>(true, false, false, 'lists', 'gets');
const steps = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant('change' as const),
        key: fc.constantFrom(...KEYS),
        exists: fc.boolean(),
        lag: fc.constantFrom(0, 0, 40, 300, 2900),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 400 }) }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        which: fc.nat(20),
        how: fc.constantFrom(
          'new' as const,
          'new' as const,
          'old' as const,
          'old' as const,
          'fails' as const,
        ),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom('lose', 'gap', 'overflow', 'leave', 'return', 'end', 'read' as const),
      }) as fc.Arbitrary<Step>,
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), what: kinds }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), what: kinds }) },
  ),
  { maxLength: 50, size: 'max' },
);

const kindsOfSource = fc.constantFrom<('get' | 'affects' | 'agrees')[]>(
  [],
  [],
  [],
  ['agrees'],
  ['get'],
  ['get', 'agrees'],
  ['get', 'affects', 'agrees'],
);

test('after random changes, losses, failures and lags, the store equals the source once it is reachable and quiet', async () => {
  await fc.assert(
    fc.asyncProperty(kindsOfSource, steps, async (missing, script) => {
      const clock = new ManualClock();
      const source = without(new TestSource(clock, { a: 1, b: 2 }), ...missing);
      const informer = new Informer<Item>(source, {
        clock,
        reconcile: RECONCILE_MS,
        backoff: { maxDelay: 1000 },
        resyncInterval: 0, // the store must be right without it
      });
      const watched = watchStore(informer);
      const reader = new Reader(informer);
      const world = { lost: false, away: false, version: 10 };
      for (const step of script) {
        apply(step, source, world);
        if (step.do === 'read') await reader.read(1, clock);
        await clock.advance(step.do === 'advance' ? step.by : 0);
        watched.check();
        checkRequests(source, informer);
      }
      // The source is reachable, its events arrive again, and it is quiet.
      source.hold = false;
      source.fails = false;
      for (const held of source.held) held.answer();
      recover(source, world);
      await clock.advance(1000 + RECONCILE_MS + 1000);
      watched.check();
      expect(values(informer)).toEqual(Object.fromEntries(source.truth));
      expect(informer.state).toBe('current');
      expect(informer.stats.pending).toBe(0);
      await informer.synced;
      await reader.readAll(clock);
      expect(reader.items).toEqual(values(informer));
      await informer.close();
      expect(clock.pending).toBe(0);
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 400) },
  );
});

interface World {
  lost: boolean;
  away: boolean;
  version: number;
}

function apply(step: Step, source: TestSource, world: World): void {
  switch (step.do) {
    case 'change': {
      const value = step.exists ? ++world.version : undefined;
      if (value === undefined && !source.truth.has(step.key)) return;
      source.change(step.key, value, { lag: step.lag, lost: world.lost });
      return;
    }
    case 'lose':
      world.lost = true;
      return;
    case 'gap':
    case 'overflow':
      if (world.away) return;
      reposition(source, world, step.do);
      return;
    case 'leave':
      world.away = true;
      world.lost = true;
      source.fails = true;
      source.reload('disconnected');
      return;
    case 'return':
      if (world.away) recover(source, world);
      return;
    case 'end':
      void source.stream.close({ reason: 'ended' });
      // The next watch takes a new position.
      source.onWatch = () => source.emitAgain(5000);
      return;
    case 'fail':
      if (!world.away) source.fails = step.what;
      return;
    case 'hold':
      source.hold = step.what;
      return;
    case 'answer': {
      const held = source.held.splice(step.which % Math.max(1, source.held.length), 1)[0];
      if (step.how === 'new') held?.answer();
      else if (step.how === 'old') held?.answerOld();
      else held?.fail();
      return;
    }
  }
}

function recover(source: TestSource, world: World): void {
  source.fails = false;
  world.away = false;
  reposition(source, world, 'gap');
}

/** As a watcher does: what was lost is a reload, and the events of the last seconds are emitted again. */
function reposition(source: TestSource, world: World, reason: 'gap' | 'overflow'): void {
  world.lost = false;
  source.reload(reason);
  source.emitAgain(5000);
}

/** A copy of the store, made of what subscribers receive; fails on a change that is none, or that goes back in time. */
function watchStore(informer: Informer<Item>) {
  const mirror = new Map<string, Item>();
  const latest = new Map<string, number>();
  const forwards = ({ name, value }: Item) => {
    expect(value).toBeGreaterThan(latest.get(name) ?? 0);
    latest.set(name, value);
  };
  const failures: unknown[] = [];
  const guarded =
    <A extends unknown[]>(body: (...args: A) => void) =>
    (...args: A) => {
      try {
        body(...args);
      } catch (error) {
        failures.push(error);
      }
    };
  informer.subscribe({
    added: guarded((item, key) => {
      expect(mirror.has(key)).toBe(false);
      forwards(item);
      mirror.set(key, item);
    }),
    updated: guarded((before, after, key) => {
      expect(mirror.get(key)).toEqual(before);
      forwards(after);
      mirror.set(key, after);
    }),
    removed: guarded((item, key) => {
      expect(mirror.get(key)).toEqual(item);
      mirror.delete(key);
    }),
  });
  return {
    check() {
      if (failures.length > 0) throw failures[0];
      expect(new Map(informer.store)).toEqual(mirror);
    },
  };
}

function checkRequests(source: TestSource, informer: Informer<Item>): void {
  const open = source.held.filter(({ signal }) => !signal.aborted);
  expect(open.filter(({ key }) => key === undefined).length).toBeLessThanOrEqual(1);
  expect(open.length).toBeLessThanOrEqual(9);
  expect(informer.stats.pending).toBeLessThanOrEqual(KEYS.length + 1);
}

/** A slow reader of `changes()`, and what it knows. */
class Reader {
  readonly items: Record<string, number> = {};
  readonly #changes: AsyncIterator<Change<Item>>;
  #next: Promise<IteratorResult<Change<Item>>> | undefined;
  #isDone = false;

  constructor(informer: Informer<Item>) {
    this.#changes = informer.changes();
  }

  /** Reads so many changes, if there are any. Returns whether there were. */
  async read(count: number, clock: ManualClock): Promise<boolean> {
    for (let i = 0; i < count; i++) {
      if (!this.#next) {
        this.#isDone = false;
        this.#next = this.#changes.next();
        void this.#next.then(() => {
          this.#isDone = true;
        });
      }
      await clock.advance(0);
      if (!this.#isDone) return false;
      const { value } = await this.#next;
      this.#next = undefined;
      const { kind, key, before, after } = value as Change<Item>;
      expect(this.items[key]).toBe(before?.value);
      if (kind === 'updated') expect(after.value).not.toBe(before.value);
      if (after) this.items[key] = after.value;
      else delete this.items[key];
    }
    return true;
  }

  async readAll(clock: ManualClock): Promise<void> {
    while (await this.read(1, clock));
  }
}
