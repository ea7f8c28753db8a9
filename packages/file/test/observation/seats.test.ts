import { expect, test } from 'vitest';
import { type Seat, Seats } from '../../src/observation/seats.ts';

const seatOf = (name?: string): Seat => ({
  owner: {},
  name,
  open() {},
  tell() {},
  tellKnown() {},
  fault() {},
  fail() {},
});
const isIgnored = (name: string) => name.endsWith('.bak');

test('a name is wanted by who asks for it, and by who asks for every file if it is shown', () => {
  const seats = new Seats(isIgnored);
  const [every, one, other] = [seatOf(), seatOf('.env'), seatOf('.env')];
  const wanted = () => ['a', '.env', '.other', 'a.bak'].filter((name) => seats.wants(name));
  expect(wanted()).toEqual([]);
  seats.add(one);
  seats.add(other);
  expect(wanted()).toEqual(['.env']);
  seats.add(every);
  expect(wanted()).toEqual(['a', '.env']);
  expect([...seats.of('a')]).toEqual([every]);
  expect([...seats.of('.env')]).toEqual([one, other]);
  expect([...seats.of('a.bak')]).toEqual([]);
  seats.remove(one);
  expect(wanted()).toEqual(['a', '.env']);
  seats.remove(other);
  expect(wanted()).toEqual(['a']);
  seats.remove(every);
  expect(wanted()).toEqual([]);
  expect(seats.size).toBe(0);
});

test('who asks for one file and who asks for every file are told of it both, once each', () => {
  const seats = new Seats(isIgnored);
  const [every, one] = [seatOf(), seatOf('a')];
  seats.add(every);
  seats.add(one);
  expect([...seats.of('a')]).toEqual([one, every]);
});
