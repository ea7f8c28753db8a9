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

const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  TERM: 15,
};

/** The number of a signal by number or name, with or without `SIG`; undefined for one that nobody knows. */
export function signalNumber(signal: string): number | undefined {
  const number = Number(signal);
  if (Number.isInteger(number) && number > 0 && number < 65) return number;
  return SIGNALS[signal.toUpperCase().replace(/^SIG/, '')];
}
