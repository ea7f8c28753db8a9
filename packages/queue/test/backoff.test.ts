import { expect, test } from 'vitest';
import { backoff } from '../src/backoff.ts';

const policy = { minDelay: 100, maxDelay: 1000, factor: 2, attempts: Number.POSITIVE_INFINITY };

test.each([
  [1, policy, 100],
  [2, policy, 200],
  [4, policy, 800],
  [5, policy, 1000],
  [5000, policy, 1000],
  [3, { ...policy, factor: 1 }, 100],
  [5000, { ...policy, minDelay: 0 }, 0],
])('after attempt %i with %o the wait is %i ms', (attempt, given, wait) => {
  expect(backoff(attempt, given)).toBe(wait);
});
