import { Action, type DockerEvent, forceReload } from '@watcher/events';
import { expect, test } from 'vitest';
import type { ContainerInfo, ContainerState } from '../../src/containers/container-info.ts';
import { agreesWith } from '../../src/containers/event-agreement.ts';

const info = (state: ContainerState, networks: string[] = []): ContainerInfo => ({
  id: 'web-id',
  name: 'web',
  image: '',
  labels: {},
  state,
  health: 'none',
  networks: networks.map((name) => ({ name, ipv4: undefined, ipv6: undefined })),
  ports: [],
  networkMode: '',
  networkContainer: undefined,
  createdAt: 0,
  exitCode: undefined,
  endReason: undefined,
});

function event(name: keyof typeof Action, id = 'web-id'): DockerEvent {
  const isOfNetwork = name.startsWith('Network');
  return {
    ...forceReload('docker', 'test', 'gap', 0),
    action: Action[name],
    actorId: isOfNetwork ? 'network-id' : id,
    actorName: isOfNetwork ? 'front' : 'web',
    actorAttributes: isOfNetwork ? { container: id } : {},
  } as DockerEvent;
}

const table: [keyof typeof Action, ContainerInfo, boolean][] = [
  ['ContainerPause', info('running'), false],
  ['ContainerPause', info('paused'), true],
  ['ContainerPause', info('exited'), true],
  ['ContainerUnpause', info('paused'), false],
  ['ContainerUnpause', info('running'), true],
  ['ContainerDie', info('running'), false],
  ['ContainerDie', info('paused'), false],
  ['ContainerDie', info('exited'), true],
  ['ContainerDie', info('restarting'), true],
  ['ContainerStop', info('running'), false],
  ['ContainerDestroy', info('exited'), false],
  ['ContainerStart', info('running'), true],
  ['ContainerRename', info('running'), true],
  ['ContainerHealthy', info('running'), true],
  ['NetworkConnect', info('running'), false],
  ['NetworkConnect', info('running', ['front']), true],
  ['NetworkConnect', info('created'), true],
  ['NetworkDisconnect', info('running', ['front']), false],
  ['NetworkDisconnect', info('running', ['back']), true],
  ['NetworkDisconnect', info('exited', ['front']), true],
];

test.each(table)('%s and %o agree: %s', (name, container, expected) => {
  expect(agreesWith(event(name), container)).toBe(expected);
});

test.each(table)('%s agrees with a container that is gone, or another of its name', (name, container) => {
  expect(agreesWith(event(name), undefined)).toBe(true);
  expect(agreesWith(event(name, 'other-id'), container)).toBe(true);
});

test('a network without a name, as Podman 4 writes it, never agrees while the container runs', () => {
  for (const name of ['NetworkConnect', 'NetworkDisconnect'] as const)
    expect(agreesWith({ ...event(name), actorName: '' } as DockerEvent, info('running', ['front']))).toBe(
      false,
    );
});
