import { getEventListeners } from 'node:events';
import { ManualClock } from '@watcher/testing/clock';
import { expect, test } from 'vitest';
import { Alarm } from '../../src/observation/alarm.ts';

function waiting(moment: number | undefined) {
  const clock = new ManualClock();
  const controller = new AbortController();
  const alarm = new Alarm(clock);
  const state = { over: false };
  const done = alarm.until(moment, controller.signal).then(() => {
    state.over = true;
  });
  return { clock, controller, alarm, state, done };
}

test('it waits until the moment', async () => {
  const { clock, controller, state } = waiting(100);
  await clock.advance(99);
  expect(state.over).toBe(false);
  await clock.advance(1);
  expect(state.over).toBe(true);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('it is ended by a ring, and leaves neither timer nor listener', async () => {
  const { clock, controller, alarm, done } = waiting(100);
  alarm.ring();
  await done;
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('it is ended by an abort, and leaves neither timer nor listener', async () => {
  const { clock, controller, done } = waiting(100);
  controller.abort();
  await done;
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('without a moment it holds no timer', async () => {
  const { clock, controller, done } = waiting(undefined);
  expect(clock.pending).toBe(0);
  controller.abort();
  await done;
});

test('a ring while nobody waits ends the next wait at once, and only that', async () => {
  const clock = new ManualClock();
  const alarm = new Alarm(clock);
  const { signal } = new AbortController();
  alarm.ring();
  alarm.ring();
  await alarm.until(100, signal);
  let over = false;
  void alarm.until(100, signal).then(() => {
    over = true;
  });
  await clock.advance(99);
  expect(over).toBe(false);
});
