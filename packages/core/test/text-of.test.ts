import { expect, test } from 'vitest';
import { textOf } from '../src/index.ts';

test.each([
  ['an error', new Error('it broke'), 'Error: it broke'],
  ['text', 'it broke', 'it broke'],
  ['nothing', undefined, 'undefined'],
  ['a symbol', Symbol('broken'), 'Symbol(broken)'],
  ['an object without a prototype', Object.create(null), 'object'],
  [
    'an object that throws',
    {
      toString() {
        throw new Error('no');
      },
    },
    'object',
  ],
])('%s that was thrown has a text', (_, thrown, text) => {
  expect(textOf(thrown)).toBe(text);
});
