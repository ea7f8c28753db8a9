import { expect, test } from 'vitest';
import { followers } from '../src/suites/informer/followers.ts';
import { Items } from '../src/suites/informer/source.ts';

test.each(Object.entries(followers))('follows each change: %s', async (_, follow) => {
  const source = new Items(50);
  let updates = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  await using followed = await follow(source, () => {
    if (++updates === 50) resolve();
  });
  for (let i = 0; i < 50; i++) source.change(i);
  await promise;
  expect(updates).toBe(50);
  expect(followed).toBeDefined();
});
