import { expect, test } from 'vitest';
import { follow, values } from './support/followed.ts';

test('a late subscriber receives every item as added first, and then each change', async () => {
  const { clock, source, informer } = follow({ web: 1, db: 1 });
  await clock.advance(0);
  const calls: string[] = [];
  informer.subscribe({
    added: (item, key) => calls.push(`added ${key} ${item.value}`),
    updated: (before, after, key) => calls.push(`updated ${key} ${before.value} ${after.value}`),
  });
  expect(calls).toEqual(['added web 1', 'added db 1']);
  source.change('web', 2);
  await clock.advance(50);
  expect(calls).toEqual(['added web 1', 'added db 1', 'updated web 1 2']);
});

test('a subscriber that throws or rejects is reported, and costs no other its changes', async () => {
  const { clock, source, informer, calls, errors } = follow({ web: 1 });
  const others: string[] = [];
  informer.subscribe({
    added: () => {
      throw new Error('no');
    },
    updated: async () => {
      throw new Error('no');
    },
  });
  informer.subscribe({ added: ({ name }) => others.push(name), updated: ({ name }) => others.push(name) });
  await clock.advance(0);
  source.change('web', 2);
  await clock.advance(50);
  expect(calls).toEqual(['added web 1', 'updated web 1 2']);
  expect(others).toEqual(['web', 'web']);
  expect(errors).toEqual(['SUBSCRIBER_FAILED', 'SUBSCRIBER_FAILED']);
});

test('an `onError` that throws or rejects changes nothing', async () => {
  for (const onError of [
    () => {
      throw new Error('no');
    },
    async () => {
      throw new Error('no');
    },
  ]) {
    const { clock, source, informer } = follow({ web: 1 }, { onError });
    await clock.advance(0);
    source.fails = true;
    source.reload('gap');
    await clock.advance(100);
    source.fails = false;
    source.change('web', 2);
    await clock.advance(2000);
    expect(values(informer)).toEqual({ web: 2 });
  }
});

test('a subscription that was disposed receives nothing more, even from the change under way', async () => {
  const { clock, source, informer } = follow({ web: 1 });
  const calls: string[] = [];
  let second: Disposable | undefined;
  informer.subscribe({ updated: () => second?.[Symbol.dispose]() });
  second = informer.subscribe({ updated: ({ name }) => calls.push(name) });
  await clock.advance(0);
  source.change('web', 2);
  await clock.advance(50);
  expect(calls).toEqual([]);
});

test('a subscriber that joins during a change receives it once', async () => {
  const { clock, source, informer } = follow();
  const calls: string[] = [];
  let joined = false;
  informer.subscribe({
    added: () => {
      if (!joined) informer.subscribe({ added: ({ name }) => calls.push(name) });
      joined = true;
    },
  });
  await clock.advance(0);
  source.change('web', 1);
  source.change('db', 1);
  await clock.advance(50);
  expect(calls).toEqual(['web', 'db']);
});

test('a subscriber that closes the informer ends its changes', async () => {
  const { clock, informer, calls } = follow({ a: 1, b: 1, c: 1 });
  informer.subscribe({ added: ({ name }) => void (name === 'b' && informer.close()) });
  await clock.advance(0);
  expect(calls).toEqual(['added a 1', 'added b 1']);
  expect(informer.state).toBe('closed');
  await expect(informer.synced).rejects.toMatchObject({ code: 'ABORTED' });
});

test('the store has the change by the time that subscribers are called', async () => {
  const { clock, source, informer } = follow({ web: 1 });
  const seen: (number | undefined)[] = [];
  informer.subscribe({ updated: (_, { name }) => seen.push(informer.store.get(name)?.value) });
  await clock.advance(0);
  source.change('web', 2);
  await clock.advance(50);
  expect(seen).toEqual([2]);
});

test('a closed informer has no subscribers, timers or listeners left', async () => {
  const { clock, source, informer, calls } = follow({ web: 1 }, { resyncInterval: 1000 });
  await clock.advance(0);
  source.change('web', 2);
  await informer.close();
  await informer.close();
  expect(await informer.closed).toEqual({ reason: 'aborted' });
  await clock.advance(10_000);
  expect(calls).toEqual(['added web 1']);
  expect(clock.pending).toBe(0);
  expect(await source.stream.closed).toEqual({ reason: 'aborted' });
  informer.subscribe({ added: () => calls.push('late') });
  expect(calls).toEqual(['added web 1']);
});

test('an abort closes it, before and after the first list', async () => {
  for (const time of [undefined, 0]) {
    const abort = new AbortController();
    const { clock, informer, source } = follow(
      { web: 1 },
      { signal: abort.signal, prepare: (it) => Object.assign(it, { opens: time !== undefined }) },
    );
    if (time !== undefined) await clock.advance(time);
    abort.abort();
    expect(await informer.closed).toEqual({ reason: 'aborted' });
    expect(source.streams).toHaveLength(1);
  }
  const { informer, source } = follow({}, { signal: AbortSignal.abort() });
  expect(await informer.closed).toEqual({ reason: 'aborted' });
  expect(source.streams).toHaveLength(0);
});
