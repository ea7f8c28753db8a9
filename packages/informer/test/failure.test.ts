import { WatcherError } from '@watcher/core';
import { describe, expect, test } from 'vitest';
import { Informer } from '../src/index.ts';
import { follow, values } from './support/followed.ts';
import { TestSource, without } from './support/test-source.ts';

describe('a list that fails', () => {
  test('is retried with backoff, reported once, and makes the informer stale', async () => {
    const { clock, source, informer, states, errors } = follow({ web: 1 });
    await clock.advance(0);
    source.fails = true;
    source.reload('gap');
    await clock.advance(0);
    expect(source.lists).toHaveLength(2);
    await clock.advance(250);
    expect(source.lists).toHaveLength(3);
    await clock.advance(500 + 1000 + 2000);
    expect(source.lists).toHaveLength(6);
    source.fails = false;
    source.truth.set('web', 2);
    source.visible.set('web', 2);
    await clock.advance(4000);
    expect(values(informer)).toEqual({ web: 2 });
    expect(states).toEqual(['current', 'stale', 'current']);
    expect(errors).toEqual(['LIST_FAILED']);
  });

  test('waits no longer than the longest delay', async () => {
    const { clock, source } = follow({}, { prepare: (it) => Object.assign(it, { fails: true }) });
    await clock.advance(60_000);
    const { length } = source.lists;
    await clock.advance(20_000);
    expect(source.lists).toHaveLength(length + 2);
  });

  test('is retried immediately when the source is back', async () => {
    const { clock, source, informer } = follow(
      { web: 1 },
      { prepare: (it) => Object.assign(it, { fails: true }) },
    );
    await clock.advance(7000);
    source.reload('disconnected');
    source.fails = false;
    await clock.advance(60_000);
    expect(informer.state).toBe('syncing');
    source.reload('reconnected');
    await clock.advance(0);
    expect(informer.state).toBe('current');
  });

  test('is one that resolves with something other than an array', async () => {
    const { clock, messages } = follow(
      {},
      { prepare: (it) => Object.assign(it, { list: async () => ({ message: 'no' }) }) },
    );
    await clock.advance(0);
    expect(messages).toEqual([
      'Cannot list "test": list() resolved with [object Object], not with an array. ' +
        'The store keeps its last state; the list is retried.',
    ]);
  });

  test('escapes control characters of its cause', async () => {
    const { clock, source, messages } = follow({}, { prepare: (it) => Object.assign(it, { hold: 'lists' }) });
    await clock.advance(0);
    source.held[0]?.fail('\u001b[2Jforged\nline');
    await clock.advance(0);
    expect(messages[0]).toContain('\\u001b[2Jforged\\u000aline');
  });
});

describe('a get that fails', () => {
  test('is retried twice, and then replaced by a list', async () => {
    const { clock, source, informer, errors } = follow({ web: 1 });
    await clock.advance(0);
    source.fails = 'gets';
    source.change('web', 2);
    await clock.advance(50 + 250);
    expect(source.lists).toHaveLength(1);
    await clock.advance(500);
    expect(source.gets).toHaveLength(3);
    expect(values(informer)).toEqual({ web: 2 });
    expect(source.lists).toHaveLength(2);
    expect(errors).toEqual(['GET_FAILED']);
    await clock.advance(60_000);
    expect(informer.stats.pending).toBe(0);
  });

  test('is reported once until one succeeds', async () => {
    const { clock, source, errors } = follow({ a: 1, b: 1 });
    await clock.advance(0);
    for (let time = 0; time < 2; time++) {
      source.fails = 'gets';
      for (let i = 2; i < 10; i++) {
        source.change('a', i);
        source.change('b', i);
        await clock.advance(1000);
      }
      source.fails = false;
      for (const value of [1, 2]) {
        source.change('a', value);
        await clock.advance(5000);
      }
    }
    expect(errors).toEqual(['GET_FAILED', 'GET_FAILED']);
  });

  test('costs one list, however many fail', async () => {
    const { clock, source, informer } = follow();
    await clock.advance(0);
    source.fails = 'gets';
    for (let i = 0; i < 500; i++) source.change(`c${i}`, i);
    await clock.advance(3000);
    expect(informer.store.size).toBe(500);
    expect(source.lists.length).toBeLessThan(5);
  });

  test('is asked again by the window where the list in its place disagrees', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.fails = 'gets';
    source.change('web', 2, { lag: 1000 });
    await clock.advance(5000);
    expect(values(informer)).toEqual({ web: 2 });
  });

  test('is not replaced by a list that began before its event', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'lists';
    source.fails = 'gets';
    source.reload('rescan');
    await clock.advance(0);
    source.change('web', 2);
    await clock.advance(800);
    source.held[0]?.answerOld();
    await clock.advance(250); // a source that answers no gets is not listed without a pause
    source.held[1]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
  });
});

describe('requests that hang', () => {
  test('hold up no events about other keys', async () => {
    const { clock, source, informer } = follow({ web: 1, db: 1 });
    await clock.advance(0);
    source.hold = true;
    source.change('web', 2);
    source.reload('gap');
    await clock.advance(50);
    source.hold = false;
    source.change('db', 2);
    await clock.advance(50);
    expect(values(informer)).toEqual({ web: 1, db: 2 });
  });

  test('are superseded by a list that began after them', async () => {
    const { clock, source, informer } = follow({ web: 1 }, { resyncInterval: 60_000 });
    await clock.advance(0);
    source.hold = 'gets';
    source.change('web', 2);
    await clock.advance(66_000);
    expect(values(informer)).toEqual({ web: 2 });
    expect(informer.stats.pending).toBe(0);
    source.change('web', 3);
    source.held[0]?.answerOld();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    await clock.advance(50);
    source.held[1]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 3 });
  });

  test('that a list has superseded do not bring back the state before it', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'gets';
    source.emit('web', 3); // never reached, so that the key stays pending
    await clock.advance(50);
    source.visible.set('web', 2);
    source.reload('gap');
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    source.held[0]?.answerOld();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
  });

  test('do not keep the informer from closing, and their signals abort', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = true;
    source.change('web', 2);
    source.reload('gap');
    await clock.advance(50);
    await informer.close();
    expect(source.held.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    for (const held of source.held) held.answer();
    await clock.advance(1000);
    expect(values(informer)).toEqual({ web: 1 });
    expect(clock.pending).toBe(0);
  });
});

describe('answers out of order', () => {
  test('apply only where they were asked for after the latest event', async () => {
    const { clock, source, informer } = follow({ web: 1 });
    await clock.advance(0);
    source.hold = 'gets';
    source.change('web', 2);
    await clock.advance(50);
    source.change('web', 3);
    await clock.advance(50);
    expect(source.gets).toHaveLength(1); // one at a time for each key
    source.held[0]?.answerOld();
    await clock.advance(0);
    source.held[1]?.answer();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 3 });
    expect(informer.stats.pending).toBe(0);
  });

  test('of keys that were given up for a list are ignored', async () => {
    const { clock, source, informer } = follow({ c0: 0 });
    await clock.advance(0);
    source.hold = 'gets';
    source.change('c0', 1);
    await clock.advance(50);
    for (let i = 1; i <= 1001; i++) source.change(`c${i}`, i);
    source.change('c0', 2);
    await clock.advance(50);
    source.held[0]?.answerOld();
    await clock.advance(0);
    expect(values(informer)['c0']).toBe(0);
    source.hold = false;
    for (const held of source.held) held.answer();
    await clock.advance(4000);
    expect(informer.store.size).toBe(1002);
    expect(values(informer)['c0']).toBe(2);
  });
});

describe('a watch that ends', () => {
  test('is opened again, and followed by a list', async () => {
    const { clock, source, informer, states } = follow({ web: 1 });
    await clock.advance(0);
    void source.stream.close({ reason: 'ended' });
    await clock.advance(0);
    expect(informer.state).toBe('stale');
    source.truth.set('web', 2);
    source.visible.set('web', 2);
    await clock.advance(250);
    expect(source.streams).toHaveLength(2);
    expect(values(informer)).toEqual({ web: 2 });
    expect(states).toEqual(['current', 'stale', 'current']);
  });

  test('is opened again where it failed and can be retried', async () => {
    const { clock, source, errors } = follow({ web: 1 });
    await clock.advance(0);
    const error = new WatcherError('gone', { code: 'GONE', retryable: true });
    void source.stream.close({ reason: 'failed', error });
    await clock.advance(250);
    expect(source.streams).toHaveLength(2);
    expect(errors).toEqual(['GONE']);
  });

  test('closes the informer where no retry can help', async () => {
    const { clock, source, informer, states } = follow({ web: 1 });
    await clock.advance(0);
    const error = new WatcherError('no such host', { code: 'INVALID_SETTING' });
    void source.stream.close({ reason: 'failed', error });
    await clock.advance(0);
    expect(await informer.closed).toEqual({ reason: 'failed', error });
    expect(states).toEqual(['current', 'closed']);
    expect(values(informer)).toEqual({ web: 1 });
    expect(clock.pending).toBe(0);
  });

  test('rejects `synced` where it fails before the first list', async () => {
    const { source, informer } = follow({}, { prepare: (it) => Object.assign(it, { opens: false }) });
    const error = new WatcherError('no such host', { code: 'INVALID_SETTING' });
    void source.stream.close({ reason: 'failed', error });
    await expect(informer.synced).rejects.toBe(error);
  });

  test('that cannot even begin closes the informer', async () => {
    const source = new TestSource({} as never);
    source.watch = () => {
      throw new WatcherError('Invalid option "host"', { code: 'INVALID_OPTION' });
    };
    const informer = new Informer(source);
    await expect(informer.synced).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect((await informer.closed).reason).toBe('failed');
  });
});

describe('a source whose own functions throw', () => {
  test('loses one item with a faulty key, and no other', async () => {
    const { clock, informer, errors } = follow(
      { bad: 1, good: 1 },
      {
        prepare: (it) =>
          Object.assign(it, {
            key: ({ name }: { name: string }) => {
              if (name === 'bad') throw new Error('odd');
              return name;
            },
          }),
      },
    );
    await clock.advance(0);
    expect(values(informer)).toEqual({ good: 1 });
    expect(errors).toEqual(['SOURCE_FAILED']);
  });

  test.each(['affects', 'agrees', 'version'] as const)('goes on where %s throws', async (method) => {
    const { clock, source, informer, errors } = follow(
      { web: 1 },
      {
        prepare: (it) =>
          Object.assign(it, {
            [method]: () => {
              throw new Error('odd');
            },
          }),
      },
    );
    await clock.advance(0);
    source.change('web', 2);
    await clock.advance(4000);
    expect(values(informer)).toEqual({ web: 2 });
    expect(new Set(errors)).toEqual(new Set(['SOURCE_FAILED']));
  });

  test('asks for both keys of an item that has another by the time of the answer', async () => {
    const { clock, source, informer } = follow({ old: 1 });
    await clock.advance(0);
    source.visible.delete('old');
    source.visible.set('new', 1);
    const get = source.get?.bind(source);
    source.get = async (key, signal) =>
      (await get?.(key, signal)) ?? (key === 'old' ? { name: 'new', value: 1 } : undefined);
    source.emit('old', 5);
    await clock.advance(50);
    expect(values(informer)).toEqual({ new: 1 });
  });
});

describe('memory is bounded', () => {
  test('while a list hangs and events about ever new keys come', async () => {
    const { clock, source, informer } = follow({}, { prepare: (it) => Object.assign(it, { hold: 'lists' }) });
    await clock.advance(0);
    for (let i = 0; i < 30_000; i++) source.change(`c${i}`, undefined);
    await clock.advance(5000);
    source.change('web', 1);
    source.hold = false;
    source.held[0]?.answerOld();
    await clock.advance(4000);
    expect(values(informer)).toEqual({ web: 1 });
    expect(informer.state).toBe('current');
  });

  test('and a list with more events during it than are tracked does not bring back an older state', async () => {
    const { clock, source, informer } = follow(
      { web: 1 },
      { prepare: (it) => Object.assign(it, { hold: 'lists' }) },
    );
    await clock.advance(0);
    for (let i = 0; i < 11_000; i++) source.emit(`c${i}`);
    await clock.advance(1000);
    source.change('web', 2);
    await clock.advance(1000);
    expect(values(informer)).toEqual({ web: 2 });
    source.held[0]?.answerOld();
    await clock.advance(0);
    expect(values(informer)).toEqual({ web: 2 });
    source.hold = false;
    for (const held of source.held) held.answer();
    await clock.advance(4000);
    expect(informer.state).toBe('current');
  });

  test('of pending keys without `get`', async () => {
    const { clock, source, informer } = follow({}, { prepare: (it) => without(it, 'get') });
    await clock.advance(0);
    source.fails = true;
    for (let i = 0; i < 30_000; i++) source.change(`c${i}`, 1);
    expect(informer.stats.pending).toBeLessThanOrEqual(1001);
    source.fails = false;
    await clock.advance(20_000);
    expect(informer.store.size).toBe(30_000);
  });
});
