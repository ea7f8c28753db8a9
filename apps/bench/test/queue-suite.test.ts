import { describe, expect, test } from 'vitest';
import { batchers, demanding, iterables, taskQueues } from '../src/suites/queue/contenders.ts';
import { pushAll, TURN } from '../src/suites/queue/events.ts';
import { latencyTable } from '../src/suites/queue/latency.ts';
import { holders } from '../src/suites/queue/memory.ts';

const contenders = Object.entries({ ...batchers, ...demanding, ...iterables, ...taskQueues });

test.each(contenders)('no event is lost: %s', async (_, contender) => {
  let arrived = 0;
  await contender({
    produce: (push, each) => pushAll(5 * TURN, push, each),
    consume: (count) => {
      arrived += count;
    },
  });
  expect(arrived).toBe(5 * TURN);
});

test.each(Object.entries(holders))('events are taken without end: %s', async (_, holder) => {
  await pushAll(2 * TURN, holder());
});

describe('latency in simulated time', async () => {
  const { rows } = await latencyTable();
  const row = (scenario: string, by: string) =>
    rows.find(([first = '', second = '']) => first.startsWith(scenario) && second.startsWith(by))?.slice(2);

  test('a lone event waits half the interval of a ticker, and the whole one of a window', () => {
    // An event that comes with a tick has missed it: from 1 to 300 ms, the mean 150.5.
    expect(row('a lone event', 'ticker')).toEqual(['151', '297', '1.00']);
    expect(row('a lone event', 'EventQueue, flushInterval 300')).toEqual(['300', '300', '1.00']);
  });

  test('a ticker tears apart as many restarts as fall on a tick', () => {
    // 120 of 300 phases have a tick between the die and the start.
    expect(row('a restart', 'ticker')?.[2]).toBe('1.40');
    expect(row('a restart', 'EventQueue')?.[2]).toBe('1.00');
  });
});
