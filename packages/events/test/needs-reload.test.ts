import type { ReloadReason } from '@watcher/core';
import { expect, test } from 'vitest';
import { Action, forceReload, needsReload } from '../src/index.ts';

test.each<[ReloadReason, boolean]>([
  ['disconnected', false],
  ['reconnected', false],
  ['gap', true],
  ['overflow', true],
  ['rescan', true],
])('a ForceReload "%s" needs a list: %s', (reason, needs) => {
  expect(needsReload(forceReload('docker', 'engine', reason, 0))).toBe(needs);
});

test('a change needs no list', () => {
  const change = { ...forceReload('docker', 'engine', 'gap', 0), action: Action.ContainerStart };
  expect(needsReload(change)).toBe(false);
});
