import { describe, expect, it } from 'vitest';
import { difference, isEmpty } from '../../src/routes/difference.ts';
import type { Route } from '../../src/routes/route.ts';
import { route } from './support.ts';

const table = (...routes: Route[]) => new Map(routes.map((one) => [one.alias, one]));

describe('the difference of two sets of routes', () => {
  it('has what is new, what is gone and what is not the same, each in the order of the aliases', () => {
    const before = table(
      ...[route('gone2'), route('gone1'), route('gone3')],
      ...[route('same'), route('moved', { port: 1 })],
    );
    const after = table(
      ...[route('new2'), route('new3'), route('new1')],
      ...[route('moved', { port: 2 }), route('same')],
    );
    expect(difference(before, after)).toEqual({
      added: [route('new1'), route('new2'), route('new3')],
      updated: [{ before: route('moved', { port: 1 }), after: route('moved', { port: 2 }) }],
      removed: [route('gone1'), route('gone2'), route('gone3')],
    });
  });

  it.each<[string, Partial<Route>]>([
    ['scheme', { scheme: 'https' }],
    ['host', { host: 'elsewhere' }],
    ['port', { port: 81 }],
    ['port to listen on', { listen: 8000 }],
    ['origin', { origin: 'container other' }],
  ])('has a route whose %s is another one', (_, change) => {
    const { updated } = difference(table(route('app')), table(route('app', change)));
    expect(updated).toEqual([{ before: route('app'), after: route('app', change) }]);
  });

  it('is empty for the same routes in another order', () => {
    expect(isEmpty(difference(table(route('a'), route('b')), table(route('b'), route('a'))))).toBe(true);
    expect(isEmpty(difference(table(), table(route('a'))))).toBe(false);
    expect(isEmpty(difference(table(route('a')), table()))).toBe(false);
    expect(isEmpty(difference(table(route('a')), table(route('a', { port: 1 }))))).toBe(false);
  });
});
