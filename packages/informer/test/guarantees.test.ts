import { describe, expect, test } from 'vitest';
import { follow, values } from './support/followed.ts';
import { without } from './support/test-source.ts';

describe('the store equals the list within the reconcile window', () => {
  test('takes the first list, and then each change', async () => {
    const { clock, source, informer, calls } = follow({ web: 1 });
    await clock.advance(0);
    await informer.synced;
    expect(values(informer)).toEqual({ web: 1 });
    source.change('web', 2);
    source.change('db', 1);
    await clock.advance(50);
    source.change('web', undefined);
    await clock.advance(50);
    expect(values(informer)).toEqual({ db: 1 });
    expect(calls).toEqual(['added web 1', 'updated web 1 2', 'added db 1', 'removed web 2']);
  });

  test('follows a source that cannot be asked for one item, by lists', async () => {
    const { clock, source, informer } = follow({ web: 1 }, { prepare: (it) => without(it, 'get') });
    await clock.advance(0);
    source.change('web', 2);
    source.change('db', 1);
    await clock.advance(50);
    expect(values(informer)).toEqual({ web: 2, db: 1 });
    expect(source.lists).toHaveLength(2);
  });

  test('follows a source without `get`, `affects` and `agrees`, by lists throughout the window', async () => {
    const { clock, source, informer } = follow(
      {},
      { prepare: (it) => without(it, 'get', 'affects', 'agrees') },
    );
    await clock.advance(0);
    source.change('web', 1, { lag: 2900 });
    await clock.advance(3100);
    expect(values(informer)).toEqual({ web: 1 });
    const { length } = source.lists;
    await clock.advance(60_000);
    expect(source.lists).toHaveLength(length);
  });

  test('does so while events about other keys never stop', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.change('web', 2, { lag: 400 });
    for (let i = 0; i < 100; i++) {
      source.change(`other-${i % 7}`, i);
      await clock.advance(10);
    }
    expect(values(informer)['web']).toBe(2);
  });
});

describe('it subscribes before it lists, and lists again where events may be lost', () => {
  test('lists only when the stream is ready', async () => {
    const { clock, source } = follow({ web: 1 }, { prepare: (it) => Object.assign(it, { opens: false }) });
    await clock.advance(10_000);
    expect(source.lists).toHaveLength(0);
    source.stream.opened();
    await clock.advance(0);
    expect(source.lists).toHaveLength(1);
  });

  test.each(['gap', 'overflow', 'rescan'] as const)('lists again on a reload "%s"', async (reason) => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.change('web', 2, { lost: true });
    source.reload(reason);
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    expect(source.lists).toHaveLength(2);
  });

  test.each(['disconnected', 'reconnected'] as const)('does not on a reload "%s"', async (reason) => {
    const { clock, source } = follow({ web: 1 });
    await clock.advance(0);
    source.reload(reason);
    await clock.advance(2999);
    expect(source.lists).toHaveLength(1);
  });

  test('lists once more when events are lost while a list runs', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    source.reload('gap');
    await clock.advance(0);
    source.change('web', 2, { lost: true });
    source.reload('gap');
    source.held[0]?.answerOld();
    await clock.advance(0);
    expect(informer.state).toBe('stale');
    source.held[1]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    expect(informer.state).toBe('current');
  });

  test('lists once for any number of reloads during a list', async () => {
    const { clock, source } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    for (let i = 0; i < 100; i++) source.reload('gap');
    await clock.advance(0);
    source.hold = false;
    source.held[0]?.answer();
    await clock.advance(0);
    expect(source.lists).toHaveLength(3);
  });
});

describe('a list older than an event never overwrites the newer state', () => {
  test('keeps the answer of a get that was sent after the list', async () => {
    const { clock, source, informer, calls } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    source.reload('rescan');
    await clock.advance(0);
    source.change('web', 2);
    await clock.advance(50);
    expect(values(informer)).toEqual({ web: 2 });
    source.held[0]?.answerOld();
    await clock.advance(100);
    expect(values(informer)).toEqual({ web: 2 });
    expect(calls).toEqual(['added web 1', 'updated web 1 2']);
  });

  test('asks again for a key whose event came during the list, although the list shows it', async () => {
    const { clock, source, informer, calls } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    source.reload('rescan');
    await clock.advance(0);
    source.change('web', undefined);
    source.held[0]?.answerOld();
    await clock.advance(50);
    expect(values(informer)).toEqual({});
    expect(calls).toEqual(['added web 1', 'removed web 1']);
  });

  test('does not add an item of the first list that an event during it removes', async () => {
    const { clock, source, informer, calls } = follow(
      { web: 1 },
      { prepare: (it) => Object.assign(it, { hold: 'lists' }) },
    );
    await clock.advance(0);
    source.change('web', undefined);
    await clock.advance(0);
    source.held[0]?.answerOld();
    let isSynced = false;
    void informer.synced.then(() => {
      isSynced = true;
    });
    await clock.advance(0);
    expect(isSynced).toBe(false); // not before the event has its answer
    await clock.advance(50);
    expect(isSynced).toBe(true);
    expect(calls).toEqual([]);
  });

  test('asks once more where a get and a list overlap and differ, and no event orders them', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.emit('web', 1);
    source.hold = true;
    await clock.advance(50); // a get begins
    source.reload('rescan');
    await clock.advance(0); // a list begins
    source.change('web', 2, { lost: true });
    source.held[0]?.answerOld();
    await clock.advance(0);
    source.hold = false;
    source.held[1]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
  });

  test('applies the rest of such a list', async () => {
    const { clock, source, informer } = follow({ web: 1, db: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    source.change('db', 2, { lost: true });
    source.reload('gap');
    await clock.advance(0);
    source.change('web', 2);
    await clock.advance(50);
    source.held[0]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2, db: 2 });
  });
});

describe('each difference is one change', () => {
  test('delivers none for an item that is equal', async () => {
    const { clock, source, calls } = follow({ web: 1 });
    await clock.advance(0);
    source.emit('web', 1);
    source.reload('gap');
    await clock.advance(100);
    expect(calls).toEqual(['added web 1']);
  });

  test('delivers none for an item of an equal version', async () => {
    const { clock, source, calls, informer } = follow(
      { web: 1 },
      {
        prepare: (it) => Object.assign(it, { version: ({ value }: { value: number }) => String(value % 10) }),
      },
    );
    await clock.advance(0);
    source.change('web', 11);
    await clock.advance(50);
    expect(calls).toEqual(['added web 1']);
    expect(values(informer)).toEqual({ web: 1 });
    source.change('web', 12);
    await clock.advance(50);
    expect(calls).toEqual(['added web 1', 'updated web 1 12']);
  });

  test('delivers one where a key is removed and added within the quiet period', async () => {
    const { clock, source, calls } = follow({ web: 1 });
    await clock.advance(0);
    source.change('web', undefined);
    await clock.advance(40);
    source.change('web', 2);
    await clock.advance(50);
    expect(calls).toEqual(['added web 1', 'updated web 1 2']);
  });

  test('keeps the last store while the source is away, and is stale', async () => {
    const { clock, source, informer, states } = follow({ web: 1 });
    await clock.advance(0);
    source.reload('disconnected');
    source.fails = true;
    await clock.advance(60_000);
    expect(informer.state).toBe('stale');
    expect(values(informer)).toEqual({ web: 1 });
    source.fails = false;
    source.change('web', 2, { lost: true });
    source.reload('gap');
    expect(informer.state).toBe('stale');
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    expect(states).toEqual(['current', 'stale', 'current']);
  });
});

describe('an event costs one get, not a list', () => {
  test('asks for the key alone', async () => {
    const items = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`c${i}`, i]));
    const { clock, source } = follow(items);
    await clock.advance(0);
    source.change('c7', 8);
    await clock.advance(10_000);
    expect(source.lists).toHaveLength(2); // the first, and the one that verifies it
    expect(source.gets).toEqual(['c7']);
  });

  test('asks once for all the events about a key within the quiet period', async () => {
    const { clock, source } = follow({ web: 0 });
    await clock.advance(0);
    for (let i = 1; i <= 10; i++) source.change('web', i);
    await clock.advance(10_000);
    expect(source.gets).toEqual(['web']);
  });

  test('waits no longer than the flush interval for events to fall quiet', async () => {
    const { clock, source, informer } = follow({ web: 0 });
    await clock.advance(0);
    for (let i = 1; i <= 60; i++) {
      source.change('web', i);
      await clock.advance(10);
    }
    expect(values(informer)['web']).toBeGreaterThanOrEqual(50);
  });

  test('runs at most eight gets at a time', async () => {
    const { clock, source, informer } = follow();
    await clock.advance(0);
    source.hold = 'gets';
    for (let i = 0; i < 100; i++) source.change(`c${i}`, i);
    await clock.advance(50);
    expect(source.gets).toHaveLength(8);
    for (let i = 0; i < 100; i++) {
      source.held[i]?.answer();
      await clock.advance(0);
      expect(source.gets.length).toBeLessThanOrEqual(i + 9);
    }
    expect(informer.store.size).toBe(100);
  });

  test('lists once where more keys are pending than it tracks', async () => {
    const { clock, source, informer } = follow();
    await clock.advance(0);
    for (let i = 0; i < 1001; i++) source.change(`c${i}`, i, { lag: 100 });
    expect(informer.stats.pending).toBe(1);
    await clock.advance(4000);
    expect(informer.store.size).toBe(1001);
    expect(source.gets).toHaveLength(0);
    expect(informer.stats.pending).toBe(0);
  });
});

describe('it asks again until list and event agree, or the window ends', () => {
  test.each([20, 100, 862, 2999])('finds a change that shows %i ms after its event', async (lag) => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.change('web', 2, { lag });
    await clock.advance(Math.max(50, Math.min(2 * lag + 100, 3000)) + 1);
    expect(values(informer)).toEqual({ web: 2 });
  });

  test('stops as soon as they agree', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.change('web', 2, { lag: 120 });
    await clock.advance(30_000);
    expect(source.gets).toHaveLength(3); // 50, 100 and 200 ms after the event
    expect(informer.stats.pending).toBe(0);
  });

  test('stops at the end of the window where they never agree, and asks a last time then', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.emit('web', 99);
    await clock.advance(2999);
    const before = source.gets.length;
    expect(informer.stats.pending).toBe(1);
    await clock.advance(1);
    expect(source.gets).toHaveLength(before + 1);
    expect(before).toBeLessThan(8);
    expect(informer.stats.pending).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('asks throughout the window of a source without `agrees`', async () => {
    const { clock, source, informer } = follow({ web: 1 }, { prepare: (it) => without(it, 'agrees') });
    await clock.advance(0);
    source.change('web', 2);
    await clock.advance(60);
    source.change('web', 3, { lag: 2900, lost: true });
    await clock.advance(3000);
    expect(values(informer)).toEqual({ web: 3 });
  });

  test('asks once without a window', async () => {
    const { clock, source } = follow({ web: 1 }, { reconcile: 0 });
    await clock.advance(0);
    source.emit('web', 99);
    await clock.advance(30_000);
    expect(source.gets).toHaveLength(1);
  });

  test('asks on after the window where no request was answered', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.fails = true;
    source.change('web', 2);
    await clock.advance(30_000);
    source.fails = false;
    await clock.advance(10_000);
    expect(values(informer)).toEqual({ web: 2 });
    expect(informer.state).toBe('current');
  });
});
