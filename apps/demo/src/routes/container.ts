import type { Health } from './route.ts';

/** What routes need to know about a running container. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its networks, in the order of their names, or those of the container whose network it shares. */
  readonly networks: readonly ContainerNetwork[];
  /** Whether it uses the network of the engine's machine. */
  readonly usesHostNetwork?: boolean;
  readonly ports: readonly ContainerPort[];
  /** Paths in the container where something is mounted. */
  readonly mounts?: readonly string[];
  /** Missing where the container has no health check. */
  readonly health?: Health;
}

export interface ContainerNetwork {
  readonly name: string;
  /** IPv4, else IPv6. Undefined while it has none. */
  readonly address: string | undefined;
}

export interface ContainerPort {
  readonly private: number;
  /** The port of the engine's machine that it is published on. */
  readonly public?: number | undefined;
  readonly type: string;
}
