import type { Network } from './network.ts';

/** A container as the fake engine holds it. */
export interface Container {
  readonly id: string;
  name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The signal that stops it, by number. It dies of this one and of SIGKILL, at once, and ignores others. */
  readonly stopSignal: number;
  state: ContainerState;
  exitCode: number;
  /** `healthy` and the like; undefined without a health check. */
  health: string | undefined;
  readonly networks: Network[];
  /** Nanoseconds since the epoch; 0 for never. */
  readonly created: bigint;
  started: bigint;
  finished: bigint;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'exited';

/** Whether it has a process, if only a frozen one. */
export function isRunning({ state }: Container): boolean {
  return state === 'running' || state === 'paused';
}
