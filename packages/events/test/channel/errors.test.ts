import { WatcherError } from '@watcher/core';
import { expect, test, vi } from 'vitest';
import { channel, collect, event, recorder, settle } from '../support/event.ts';

const numbered = (i: number) => new WatcherError(`no. ${i}`, { code: 'AWAY', retryable: true });
const messages = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `no. ${from + i}`);

test('errors come out of band, in order, and never end the stream', async () => {
  const stream = channel();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { message } of stream.errors) seen.push(message);
  })();
  stream.error(numbered(0));
  stream.push(event('a'));
  await settle();
  stream.error(numbered(1));
  await settle();
  expect(seen).toEqual(messages(0, 2));
  expect(stream.stats).toMatchObject({ errors: 2, buffered: 1 });
  await stream.close();
  await reading;
});

test('the latest 64 are kept for whoever comes late, even after the end', async () => {
  const stream = channel();
  for (let i = 0; i < 100; i++) stream.error(numbered(i));
  void stream.close();
  expect(await collect(stream.errors, ({ message }) => message)).toEqual(messages(36, 100));
  expect(stream.stats.errors).toBe(100);
});

test('a reader that falls behind misses the oldest, and goes on with those that are kept', async () => {
  const stream = channel();
  const reader = stream.errors[Symbol.asyncIterator]();
  stream.error(numbered(0));
  expect((await reader.next()).value).toMatchObject({ message: 'no. 0' });
  for (let i = 1; i < 200; i++) stream.error(numbered(i));
  expect((await reader.next()).value).toMatchObject({ message: 'no. 136' });
  expect((await reader.next()).value).toMatchObject({ message: 'no. 137' });
});

test('any number may read, each all of them', async () => {
  const stream = channel();
  const readers = [1, 2, 3].map(() => collect(stream.errors, ({ message }) => message));
  for (let i = 0; i < 3; i++) {
    stream.error(numbered(i));
    await settle();
  }
  void stream.close();
  for (const reader of readers) expect(await reader).toEqual(messages(0, 3));
});

test('a reader may leave while it waits, also with more than one next(), and the others stay', async () => {
  const stream = channel();
  const leaving = stream.errors[Symbol.asyncIterator]();
  const staying = stream.errors[Symbol.asyncIterator]();
  const waiting = [leaving.next(), leaving.next()];
  const stays = staying.next();
  await leaving.return?.();
  const end = { value: undefined, done: true };
  expect(await Promise.all(waiting)).toEqual([end, end]);
  expect(await leaving.next()).toEqual(end);
  stream.error(numbered(0));
  expect((await stays).value).toMatchObject({ message: 'no. 0' });
});

test('they are told to onError and to the sink as they happen, before anything is pushed after them', () => {
  const { calls, sink } = recorder();
  const stream = channel({ onError: ({ code }) => void calls.push(`onError:${code}`) });
  stream.subscribe(sink);
  stream.error(numbered(0));
  stream.push(event('a'));
  expect(calls).toEqual(['onError:AWAY', 'error:AWAY', 'a']);
});

test.each([
  ['throws', () => raise(new Error('mine'))],
  ['rejects', () => Promise.reject(new Error('mine'))],
])('an onError that %s is an error more, and the stream goes on', async (_, onError) => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const { calls, sink } = recorder();
  const stream = channel({ onError: onError as () => void });
  stream.subscribe(sink);
  stream.error(numbered(0));
  stream.push(event('a'));
  await settle();
  expect(calls).toEqual(['error:AWAY', 'a']);
  expect(unhandled).not.toHaveBeenCalled();
  process.off('unhandledRejection', unhandled);
  void stream.close();
  expect(await collect(stream.errors, ({ code }) => code)).toEqual(['AWAY', 'CONSUMER_FAILED']);
});

test('what an error listener throws once it has closed the stream is counted no more', async () => {
  const stream = channel({
    onError: () => {
      void stream.close();
      throw new Error('mine');
    },
  });
  stream.error(numbered(0));
  expect(stream.stats.errors).toBe(1);
});

test('a sink whose stream is closed by onError is told its end, and no error after it', () => {
  const { calls, sink } = recorder();
  const stream = channel({ onError: () => void stream.close() });
  stream.subscribe(sink);
  stream.error(numbered(0));
  expect(calls).toEqual(['close:aborted']);
});

function raise(error: Error): never {
  throw error;
}
