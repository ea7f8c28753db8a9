import { WatcherError, type WatcherEvent } from '@watcher/core';
import { forceReload } from '@watcher/events';
import { ManualClock } from '@watcher/testing/clock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from '../src/index.ts';
import { channel, names } from './support/event.ts';
import { Model, type ModelOptions } from './support/model.ts';

const streamNames = ['one', 'two', 'three'];

const optionsArbitrary = fc.record({
  flushInterval: fc.integer({ min: 0, max: 30 }),
  quiet: fc.constantFrom<ModelOptions['quiet']>('none', 'none', undefined, 0, 3, 12),
  maxBatch: fc.constantFrom(1, 2, 3, 5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  capacity: fc.constantFrom(5, 6, 9, 1000),
  coalesce: fc.boolean(),
  collapse: fc.boolean(),
  retry: fc.option(
    fc.record({
      minDelay: fc.integer({ min: 1, max: 10 }),
      maxDelay: fc.integer({ min: 10, max: 25 }),
      factor: fc.constantFrom(1, 2, 3),
      attempts: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
    }),
    { nil: undefined },
  ),
  onAbort: fc.constantFrom('discard' as const, 'drain' as const),
  // How calls of `onFlush` end: at once, or (undefined) when a step says so.
  outcomes: fc.array(
    fc.constantFrom<'succeeds' | 'fails' | undefined>(undefined, undefined, 'succeeds', 'fails'),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
});

type Step =
  | { do: 'push'; count: number; key: string; quiet: number; from: string; byHand: boolean }
  | { do: 'advance'; by: number }
  | { do: 'finish'; how: 'succeeds' | 'fails' }
  | { do: 'flush' | 'idle' | 'abort' }
  | { do: 'end'; stream: string; how: 'ended' | 'failed' | 'aborted' }
  | { do: 'close'; drain: boolean | undefined };

const often = {
  push: fc.record({
    do: fc.constant('push' as const),
    count: fc.integer({ min: 1, max: 4 }),
    key: fc.constantFrom('', 'x', 'y', 'z'),
    quiet: fc.constantFrom(0, 2, 15, Number.POSITIVE_INFINITY),
    from: fc.constantFrom(...streamNames),
    byHand: fc.boolean(),
  }),
  advance: fc.record({ do: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 20 }) }),
  finish: fc.record({
    do: fc.constant('finish' as const),
    how: fc.constantFrom('succeeds' as const, 'fails' as const),
  }),
};
const rarely = fc.oneof(
  fc.record({ do: fc.constantFrom('flush' as const, 'idle' as const) }),
  fc.record({
    do: fc.constant('end' as const),
    stream: fc.constantFrom(...streamNames),
    how: fc.constantFrom('ended' as const, 'failed' as const, 'aborted' as const),
  }),
);
const last = fc.oneof(
  fc.record({ do: fc.constant('close' as const), drain: fc.constantFrom(true, false, undefined) }),
  fc.record({ do: fc.constant('abort' as const) }),
);
const stepsArbitrary = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
    { weight: 10, arbitrary: often.push },
    { weight: 6, arbitrary: often.advance },
    { weight: 6, arbitrary: often.finish },
    { weight: 4, arbitrary: rarely },
    { weight: 1, arbitrary: last },
  ),
  { maxLength: 60, size: 'max' },
);

test('whatever comes in whatever order, the queue does what its nine sentences say', async () => {
  await fc.assert(
    fc.asyncProperty(optionsArbitrary, stepsArbitrary, async (options, steps) => {
      const { outcomes, onAbort, quiet, ...rest } = options;
      const outcome = (call: number) => outcomes[call % outcomes.length];
      const model = new Model({ ...rest, quiet, outcome });
      const actual = realQueue({ ...options, outcome });
      for (const [index, step] of steps.entries()) {
        apply(step, index, model, actual, onAbort);
        await Promise.all([model.advance(step.do === 'advance' ? step.by : 0), actual.advance(step)]);
        compare(model, actual);
      }
      // Whatever is left: it can always be brought to its end, and nothing stays pending.
      actual.abort.abort();
      model.close(onAbort === 'drain');
      do {
        actual.finish('fails');
        model.finish('fails');
        await Promise.all([model.advance(0), actual.clock.advance(0)]);
      } while (model.state !== 'closed');
      compare(model, actual);
      expect(actual.state.closed).toBe(true);
      expect(actual.resolved).toEqual(actual.asked);
      expect(actual.clock.pending).toBe(0);
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 400) },
  );
});

type Actual = ReturnType<typeof realQueue>;

/** A queue with three streams, and everything that it does written down. */
function realQueue(
  options: Omit<ModelOptions, 'coalesce' | 'collapse'> & {
    coalesce: boolean;
    collapse: boolean;
    onAbort: 'discard' | 'drain';
  },
) {
  const { quiet, outcome, coalesce, collapse, ...rest } = options;
  const clock = new ManualClock();
  const abort = new AbortController();
  const flushes: Model['flushes'] = [];
  const errors: Model['errors'] = [];
  const signals: AbortSignal[] = [];
  let running = 0;
  let held: PromiseWithResolvers<void> | undefined;
  const queue = new EventQueue<WatcherEvent>({
    ...rest,
    clock,
    signal: abort.signal,
    ...(quiet === 'none' ? {} : { quietPeriod: quiet ?? (({ actorId }) => Number(actorId)) }),
    ...(coalesce && {
      coalesce: {
        key: ({ actorAttributes }) => actorAttributes['key'] || undefined,
        merge: (previous, next) => ({ ...next, actorName: `${previous.actorName}+${next.actorName}` }),
      },
    }),
    ...(collapse && { collapse: ([first]) => forceReload('docker', first?.source ?? '', 'overflow', 0) }),
    onFlush: (batch, { trigger, attempt, signal }) => {
      expect(++running).toBe(1);
      expect(batch.length).toBeGreaterThan(0);
      expect(signal.aborted).toBe(false);
      signals.push(signal);
      flushes.push({ names: names(batch), trigger, attempt, at: clock.monotonic() });
      const how = outcome(flushes.length - 1);
      if (how) running--;
      if (how === 'fails') throw new Error('flush failed');
      if (how === 'succeeds') return undefined;
      held = Promise.withResolvers<void>();
      return held.promise;
    },
    onError: (error, batch) => {
      const code = (error as Partial<WatcherError>).code;
      const what = code === 'OVERFLOW' ? 'overflow' : error.message;
      errors.push({ what, batch: batch && names(batch) });
    },
  });
  const streams = new Map(streamNames.map((name) => [name, channel(name)]));
  for (const stream of streams.values()) queue.start(stream);
  /** Streams that have ended by a step. */
  const over = new Set<string>();
  const state = { closed: false };
  void queue.closed.then(() => {
    state.closed = true;
  });
  const resolved = { flush: 0, idle: 0 };
  const asked = { flush: 0, idle: 0 };
  const ask = (what: 'flush' | 'idle') => {
    asked[what]++;
    void queue[what]().then(() => resolved[what]++);
  };
  const finish = (how: 'succeeds' | 'fails') => {
    if (!held) return;
    running--;
    const { resolve, reject } = held;
    held = undefined;
    if (how === 'succeeds') resolve();
    else reject(new Error('flush failed'));
  };
  const advance = (step: Step) => clock.advance(step.do === 'advance' ? step.by : 0);
  return {
    clock,
    abort,
    queue,
    streams,
    over,
    flushes,
    errors,
    signals,
    state,
    resolved,
    asked,
    ask,
    finish,
    advance,
  };
}

function apply(step: Step, index: number, model: Model, actual: Actual, onAbort: 'discard' | 'drain'): void {
  switch (step.do) {
    case 'push': {
      const { key, quiet, from: source, byHand } = step;
      for (let i = 0; i < step.count; i++) {
        const event: WatcherEvent = {
          type: 'docker',
          action: 32,
          actorName: `${index}.${i}`,
          actorId: String(quiet),
          actorAttributes: { key },
          time: 0,
          source,
        };
        if (byHand) actual.queue.push(event);
        else actual.streams.get(source)?.push(event);
        // A stream that is over, by itself or with its queue, brings nothing.
        if (byHand || (model.state === 'open' && !actual.over.has(source)))
          model.push({ source, pushed: byHand, key, quiet, name: event.actorName });
      }
      break;
    }
    case 'finish':
      actual.finish(step.how);
      model.finish(step.how);
      break;
    case 'flush':
    case 'idle':
      actual.ask(step.do);
      model[step.do]();
      break;
    case 'end': {
      if (model.state !== 'open' || actual.over.has(step.stream)) break;
      actual.over.add(step.stream);
      const error = new WatcherError('source failed', { code: 'FAULT' });
      void actual.streams
        .get(step.stream)
        ?.close({ reason: step.how, ...(step.how === 'failed' && { error }) });
      if (step.how !== 'aborted') model.sourceEnded(step.how === 'failed');
      break;
    }
    case 'close':
      void actual.queue.close(step.drain === undefined ? {} : { drain: step.drain });
      model.close(step.drain ?? onAbort === 'drain');
      break;
    case 'abort':
      actual.abort.abort();
      model.close(onAbort === 'drain');
      break;
    case 'advance':
      break;
  }
}

function compare(model: Model, actual: Actual): void {
  const { stats } = actual.queue;
  expect(actual.flushes).toEqual(model.flushes);
  expect(actual.errors).toEqual(model.errors);
  expect(stats).toMatchObject(model.counts);
  expect(stats.buffered).toBe(model.buffer.length);
  expect(stats.flushing).toBe(model.running?.items.length ?? 0);
  expect(actual.state.closed).toBe(model.state === 'closed');
  expect(actual.resolved).toEqual(model.resolved);
  // At most one timer, and none for an empty queue or behind a running flush.
  const waits = model.running ? model.running.retryAt !== undefined : model.buffer.length > 0;
  expect(actual.clock.pending).toBe(waits ? 1 : 0);
  // The signal of a running flush has fired if the queue was aborted; that of a drain has not.
  if (model.running && model.running.retryAt === undefined)
    expect(actual.signals.at(-1)?.aborted).toBe(model.state === 'aborting');
}
