import type { ContainerSummary } from '../test-engine.ts';
import { type Container, isRunning } from './container.ts';
import { timeText } from './engine-time.ts';

const NEVER = '0001-01-01T00:00:00Z';

/** One container of GET /containers/json. */
export function summaryOf(container: Container): ContainerSummary {
  const { id, name, image, command, created, labels, state } = container;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: image,
    ImageID: `sha256:${'0'.repeat(64)}`,
    Command: command.join(' '),
    Created: Number(created / 1_000_000_000n),
    Ports: [],
    Labels: labels,
    State: state,
    Status: statusOf(container),
    HostConfig: { NetworkMode: container.networks[0]?.name ?? 'none' },
    NetworkSettings: { Networks: networksOf(container) },
    Mounts: [],
  };
}

/** The answer to GET /containers/{id}/json. */
export function detailsOf(container: Container): Record<string, unknown> {
  const { id, name, image, command, created, labels, state, exitCode, health, started, finished } = container;
  return {
    Id: id,
    Created: timeText(created),
    Path: command[0] ?? '',
    Args: command.slice(1),
    State: {
      Status: state,
      Running: isRunning(container),
      Paused: state === 'paused',
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: isRunning(container) ? 1 : 0,
      ExitCode: exitCode,
      Error: '',
      StartedAt: momentText(started),
      FinishedAt: momentText(finished),
      ...(health !== undefined && { Health: { Status: health, FailingStreak: 0, Log: [] } }),
    },
    Image: `sha256:${'0'.repeat(64)}`,
    Name: `/${name}`,
    RestartCount: 0,
    Driver: 'vfs',
    Platform: 'linux',
    HostConfig: { NetworkMode: container.networks[0]?.name ?? 'none' },
    Mounts: [],
    Config: { Hostname: id.slice(0, 12), Cmd: command, Image: image, Labels: labels },
    NetworkSettings: { Ports: {}, Networks: networksOf(container) },
  };
}

function networksOf({ networks }: Container): ContainerSummary['NetworkSettings']['Networks'] {
  return Object.fromEntries(
    networks.map(({ id, name }) => [name, { NetworkID: id, EndpointID: '', IPAddress: '' }]),
  );
}

function statusOf(container: Container): string {
  switch (container.state) {
    case 'created':
      return 'Created';
    case 'exited':
      return `Exited (${container.exitCode}) Less than a second ago`;
    case 'paused':
      return 'Up Less than a second (Paused)';
    case 'running':
      return `Up Less than a second${container.health === undefined ? '' : ` (${container.health})`}`;
  }
}

function momentText(nanos: bigint): string {
  return nanos === 0n ? NEVER : timeText(nanos);
}
