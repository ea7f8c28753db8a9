/** One container, in the same words for Docker and Podman, whether it was listed or inspected. */
export interface ContainerInfo {
  readonly id: string;
  /** The container's own name, without a slash; never the alias of a link. */
  readonly name: string;
  /** As it was asked for at creation: `nginx`, `localhost/app:1`. */
  readonly image: string;
  /** Untrusted: whoever may start a container writes them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
  /** `none` without a health check, and while the container does not run. */
  readonly health: ContainerHealth;
  /** In the order of their names. */
  readonly networks: readonly ContainerNetwork[];
  /** In the order of their numbers. Empty while the container does not run. */
  readonly ports: readonly ContainerPort[];
  /** `bridge`, `host`, `none`, `container` or the name of a network. */
  readonly networkMode: string;
  /** The ID of the container whose network it shares, where `networkMode` is `container`. */
  readonly networkContainer: string | undefined;
  /** Milliseconds since the epoch, to the second. */
  readonly createdAt: number;
  /** The latest exit code of a container that has ended or is restarting. */
  readonly exitCode: number | undefined;
  /** Why it ended; undefined while it runs, and where it ended before the watch began. */
  readonly endReason: ContainerEndReason | undefined;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';
export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/**
 * Why a container ended: `stopped` by the engine at somebody's request, `killed` by a signal, `exited` by itself,
 * `out-of-memory`, or `removed` where its removal is under way.
 */
export type ContainerEndReason = 'stopped' | 'exited' | 'killed' | 'out-of-memory' | 'removed';

export interface ContainerNetwork {
  readonly name: string;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
}

export interface ContainerPort {
  /** In the container. */
  readonly private: number;
  readonly protocol: string;
  /** On the host, where it is published. */
  readonly public: number | undefined;
  /** The host's address that it is published at. */
  readonly ip: string | undefined;
}

/** Whether it has a process, if only a frozen one. */
export function isRunning({ state }: Pick<ContainerInfo, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}
