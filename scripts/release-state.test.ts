import { describe, expect, test } from 'vitest';
import { type ReleaseState, reasonsAgainstRelease } from './release-state.ts';

const ready: ReleaseState = {
  uncommitted: [],
  changesets: [],
  manifests: [
    { name: '@watcher/core', version: '1.0.0' },
    { name: 'internal', version: '0.0.0', private: true },
  ],
};

describe('a release', () => {
  test('starts when everything is committed and has its version', () => {
    expect(reasonsAgainstRelease(ready)).toEqual([]);
  });

  test.each<[string, Partial<ReleaseState>, RegExp]>([
    ['uncommitted changes', { uncommitted: [' M README.md'] }, /^The work tree has 1 uncommitted/],
    ['changesets without a version', { changesets: ['a.md', 'b.md'] }, /^2 changesets have no version/],
    [
      'a package without a version',
      { manifests: [{ name: '@watcher/new', version: '0.0.0' }] },
      /^@watcher\/new is still 0\.0\.0/,
    ],
  ])('is refused with %s', (_, change, reason) => {
    expect(reasonsAgainstRelease({ ...ready, ...change })).toEqual([expect.stringMatching(reason)]);
  });
});
