import { Action, type DockerEvent } from '@watcher/events';
import {
  type ContainerEndReason,
  type ContainerHealth,
  type ContainerInfo,
  type ContainerNetwork,
  type ContainerPort,
  isRunning,
} from './container-info.ts';
import type { DescribedContainer } from './describe-container.ts';

/** Containers that are remembered at most. */
const MAX_CONTAINERS = 32_768;

/** Signals that end a process unless it handles them. Others, such as HUP, often mean: read your settings again. */
const ENDING_SIGNALS: ReadonlySet<number> = new Set([2, 3, 6, 9, 15]);

interface Facts {
  name: string;
  image: string;
  health: ContainerHealth;
  networkMode: Pick<ContainerInfo, 'networkMode' | 'networkContainer'> | undefined;
  networks: readonly ContainerNetwork[];
  /** Ports that are not published, which Podman lists only in an inspect. */
  exposed: readonly ContainerPort[];
  signal: number | undefined;
  isOutOfMemory: boolean;
  isStopped: boolean;
  /** The exit code of the `die`; undefined while none came. */
  diedWith: number | undefined;
}

/**
 * Facts of containers beside the current answer: the reason of an end, which only events have, and fields that a list
 * lacks. With them a list and an inspect describe a container in the same way.
 */
export class ContainerFacts {
  readonly #facts = new Map<string, Facts>();

  nameOf(id: string): string | undefined {
    return this.#facts.get(id)?.name || undefined;
  }

  hasEnded(id: string): boolean {
    return this.#facts.get(id)?.diedWith !== undefined;
  }

  /** Takes each event of containers, in order. */
  observe(event: DockerEvent): void {
    const { action, actorId: id, actorAttributes } = event;
    if (id === '' || action === Action.ForceReload) return;
    if (action === Action.NetworkConnect || action === Action.NetworkDisconnect) return;
    if (action === Action.ContainerDestroy) {
      this.#facts.delete(id);
      return;
    }
    const facts = this.#of(id);
    if (event.actorName !== '') facts.name = event.actorName;
    switch (action) {
      case Action.ContainerCreate:
      case Action.ContainerStart:
        Object.assign(facts, UNENDED);
        break;
      case Action.ContainerHealthy:
        facts.health = 'healthy';
        break;
      case Action.ContainerUnhealthy:
        facts.health = 'unhealthy';
        break;
      case Action.ContainerKill:
        facts.signal = Number(actorAttributes['signal']); // Podman does not say which
        break;
      case Action.ContainerOom:
        facts.isOutOfMemory = true;
        break;
      case Action.ContainerStop:
        facts.isStopped = true;
        break;
      case Action.ContainerDie:
        facts.diedWith = Number(actorAttributes['exitCode']);
        facts.health = 'none';
        break;
      default:
    }
  }

  /** Completes a description, and remembers the fields that another answer may lack. */
  complete({ isBeingRemoved, ...described }: DescribedContainer, from: 'list' | 'inspect'): ContainerInfo {
    const facts = this.#of(described.id);
    if (described.name !== '') facts.name = described.name;
    // A list shows an ID in place of an image whose name belongs to another by now.
    if (described.image !== '' && !(IMAGE_ID.test(described.image) && facts.image !== ''))
      facts.image = described.image;
    if (described.health !== undefined) facts.health = described.health;
    const { networkMode, networkContainer } = described;
    if (from === 'inspect' || (networkMode !== '' && !facts.networkMode))
      facts.networkMode = { networkMode, networkContainer };
    if (from === 'inspect') facts.exposed = described.ports.filter((port) => port.public === undefined);
    if (described.networks) facts.networks = described.networks;
    const runs = isRunning(described);
    return {
      ...described,
      ...facts.networkMode,
      image: facts.image,
      health: facts.health,
      networks: described.networks ?? (runs ? facts.networks : []),
      ports: runs ? withExposed(described.ports, facts) : [],
      endReason: isBeingRemoved
        ? 'removed'
        : runs || described.state === 'created'
          ? undefined
          : endReasonOf(facts),
    };
  }

  #of(id: string): Facts {
    let facts = this.#facts.get(id);
    if (!facts) {
      facts = { name: '', image: '', networkMode: undefined, networks: [], exposed: [], ...UNENDED };
      if (this.#facts.size >= MAX_CONTAINERS) this.#facts.delete(this.#facts.keys().next().value as string);
      this.#facts.set(id, facts);
    }
    return facts;
  }
}

const IMAGE_ID = /^(?:sha256:)?[0-9a-f]{12,64}$/;

const UNENDED = {
  health: 'none',
  signal: undefined,
  isOutOfMemory: false,
  isStopped: false,
  diedWith: undefined,
} as const;

/** Docker emits `kill`, `die` and `stop` in this order; Podman in any. */
function endReasonOf({ signal, isOutOfMemory, isStopped, diedWith }: Facts): ContainerEndReason | undefined {
  if (diedWith === undefined) return undefined;
  if (isOutOfMemory) return 'out-of-memory';
  if (isStopped) return 'stopped';
  if (signal === undefined) return 'exited';
  const isKilled = Number.isNaN(signal)
    ? diedWith > 128
    : ENDING_SIGNALS.has(signal) || diedWith === 128 + signal;
  return isKilled ? 'killed' : 'exited';
}

function withExposed(ports: readonly ContainerPort[], { exposed }: Facts): readonly ContainerPort[] {
  const missing = exposed.filter(
    (port) => !ports.some((other) => other.private === port.private && other.protocol === port.protocol),
  );
  return missing.length === 0
    ? ports
    : [...ports, ...missing].sort((a, b) => a.private - b.private || (a.protocol < b.protocol ? -1 : 1));
}
