import { expect, test } from 'vitest';
import { PollPlan } from '../../src/observation/poll-plan.ts';

const namesOf = (count: number) => Array.from({ length: count }, (_, i) => `${i}.yml`);

test('compares all names of a small directory each time', () => {
  const plan = new PollPlan();
  const names = namesOf(1000);
  expect(plan.begin(names, names)).toBe(names);
  for (let i = 0; i < 3; i++) expect(plan.turn(names)).toEqual(names);
});

test('compares each name of a large directory once a round', () => {
  const plan = new PollPlan();
  const names = namesOf(2500);
  plan.begin(names, names);
  for (let round = 0; round < 2; round++) {
    const turns = [plan.turn(names), plan.turn(names), plan.turn(names)];
    expect(turns.map((turn) => turn?.length)).toEqual([1000, 1000, 500]);
    expect(turns.flat()).toEqual(names);
  }
});

test('has all names compared when the listing is another one, or is not known', () => {
  const plan = new PollPlan();
  const names = namesOf(2500);
  expect(plan.turn(names)).toBeUndefined();
  plan.begin(names, names);
  expect(plan.turn(undefined)).toBeUndefined();
  expect(plan.turn([...names])).toBeUndefined();
});
