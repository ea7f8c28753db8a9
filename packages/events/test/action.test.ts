import { describe, expect, test } from 'vitest';
import {
  Action,
  actionName,
  dockerEventMap,
  isContainerEnd,
  isContainerPause,
  isContainerStart,
  isContainerStop,
} from '../src/index.ts';

// The order of GoDoxy's internal/watcher/events, then what goes beyond it. Stored and sent: stable for good.
const table: [name: keyof typeof Action, value: number, word: string][] = [
  ['FileWritten', 1, 'written'],
  ['FileCreated', 2, 'created'],
  ['FileDeleted', 4, 'deleted'],
  ['FileRenamed', 8, 'renamed'],
  ['ContainerCreate', 16, 'created'],
  ['ContainerStart', 32, 'started'],
  ['ContainerUnpause', 64, 'unpaused'],
  ['ContainerKill', 128, 'killed'],
  ['ContainerStop', 256, 'stopped'],
  ['ContainerPause', 512, 'paused'],
  ['ContainerDie', 1024, 'died'],
  ['ContainerDestroy', 2048, 'destroyed'],
  ['ForceReload', 4096, 'force-reloaded'],
  ['ContainerRename', 8192, 'renamed'],
  ['ContainerUpdate', 16384, 'updated'],
  ['ContainerHealthy', 32768, 'healthy'],
  ['ContainerUnhealthy', 65536, 'unhealthy'],
  ['ContainerOom', 131072, 'out-of-memory'],
  ['NetworkConnect', 262144, 'connected'],
  ['NetworkDisconnect', 524288, 'disconnected'],
];

describe('actions', () => {
  test.each(table)('%s is %i for good, and "%s" in a word', (name, value, word) => {
    expect(Action[name]).toBe(value);
    expect(actionName(value)).toBe(word);
  });

  test('there are no others', () => {
    expect(Object.keys(Action)).toEqual(table.map(([name]) => name));
  });

  test.each([0, 3, 1 << 20, -1, Number.NaN])('%d is none, and has no name', (value) => {
    expect(actionName(value)).toBe('unknown');
  });
});

describe('groups', () => {
  const members = (group: (action: number) => boolean) =>
    table.filter(([, value]) => group(value)).map(([name]) => name);

  test('a container starts by create, start and unpause', () => {
    expect(members(isContainerStart)).toEqual(['ContainerCreate', 'ContainerStart', 'ContainerUnpause']);
  });

  test('a container stops by kill, stop and die', () => {
    expect(members(isContainerStop)).toEqual(['ContainerKill', 'ContainerStop', 'ContainerDie']);
  });

  test('a container ends by die and destroy, and not by a kill, which may be any signal', () => {
    expect(members(isContainerEnd)).toEqual(['ContainerDie', 'ContainerDestroy']);
  });

  test('a container pauses by pause', () => {
    expect(members(isContainerPause)).toEqual(['ContainerPause']);
  });
});

test("the engine's types and actions are mapped by type first; a destroyed volume is no container", () => {
  expect(dockerEventMap).toEqual({
    container: {
      create: 16,
      start: 32,
      unpause: 64,
      kill: 128,
      stop: 256,
      pause: 512,
      die: 1024,
      destroy: 2048,
      rename: 8192,
      update: 16384,
      'health_status: healthy': 32768,
      'health_status: unhealthy': 65536,
      oom: 131072,
    },
    network: { connect: 262144, disconnect: 524288 },
  });
});
