import { timeText } from './engine-time.ts';
import type { EngineState, Route } from './route.ts';

/** What the engine says of itself. */
export const systemRoutes: readonly Route[] = [
  { method: 'GET HEAD', path: /^\/_ping$/, handle: () => ({ status: 200, body: 'OK' }) },
  { method: 'GET', path: /^\/version$/, handle: (state) => ({ status: 200, body: version(state) }) },
  { method: 'GET', path: /^\/info$/, handle: (state) => ({ status: 200, body: info(state) }) },
];

function version({ dialect }: EngineState): object {
  return {
    Platform: { Name: '' },
    Components: [{ Name: dialect.component, Version: dialect.engineVersion }],
    Version: dialect.engineVersion,
    ApiVersion: dialect.apiVersion,
    MinAPIVersion: dialect.minApiVersion,
    GitCommit: 'fake',
    GoVersion: 'none',
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: 'fake',
  };
}

function info({ dialect, time, containers, subscribers }: EngineState): object {
  const states = containers.all().map(({ state }) => state);
  const running = states.filter((state) => state === 'running').length;
  const paused = states.filter((state) => state === 'paused').length;
  return {
    ID: 'FAKE',
    Name: 'fake-engine',
    Containers: states.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: states.length - running - paused,
    NEventsListener: subscribers,
    SystemTime: timeText(time.now()),
    ServerVersion: dialect.engineVersion,
    OSType: 'linux',
    Driver: 'vfs',
  };
}
