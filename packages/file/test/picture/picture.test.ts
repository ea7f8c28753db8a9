import { describe, expect, test } from 'vitest';
import { Picture } from '../../src/picture/picture.ts';
import { state } from '../support/states.ts';

describe('symlinks', () => {
  test('change with each name that they lead through', () => {
    const picture = new Picture();
    picture.setLink('a', ['..data']);
    picture.setLink('b', ['a', '..data']);
    picture.setLink('elsewhere', []);
    expect([...picture.linksThrough('..data')].toSorted()).toEqual(['a', 'b']);
    expect([...picture.linksThrough('a')]).toEqual(['b']);
    expect([...picture.linksThrough('b')]).toEqual([]);
    expect(['a', 'elsewhere', '..data'].map((name) => picture.isLink(name))).toEqual([true, true, false]);
  });

  test('are none any more when something else has their name', () => {
    const picture = new Picture();
    picture.setLink('a', ['..data']);
    picture.setLink('a', undefined);
    expect([...picture.linksThrough('..data')]).toEqual([]);
  });
});

test('a file that was just written is young for three seconds, and once more at the first look after them', () => {
  const picture = new Picture();
  picture.markYoung('a', 1000);
  expect([2000, 4000, 4001, 4002].map((now) => picture.isYoung('a', now))).toEqual([true, true, true, false]);
  expect(picture.isYoung('b', 1000)).toBe(false);
});

test('what nobody wants any more is forgotten', () => {
  const picture = new Picture();
  for (const name of ['a', 'b']) {
    picture.set(name, state(1, 'x'));
    picture.setLink(name, ['..data']);
    picture.markYoung(name, 1000);
  }
  picture.keep((name) => name === 'a');
  expect([...picture.files.keys()]).toEqual(['a']);
  expect([...picture.linksThrough('..data')]).toEqual(['a']);
  expect(picture.isYoung('b', 1000)).toBe(false);
});
