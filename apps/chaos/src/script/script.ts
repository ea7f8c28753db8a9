import type { DialectName } from '@watcher/testing/engine';
import type { Step } from './step.ts';

export type EngineKind = 'fake' | 'real';
export type Mode = 'always' | 'gap';

/** What a round does, from its first step to its last. */
export interface Script {
  readonly seed: number;
  readonly round: number;
  readonly engine: EngineKind;
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** What stays as it is through a round. */
export interface Setting {
  readonly mode: Mode;
  /** How the fake engine speaks. With `podman-4.3`, events and what runs outlive a restart. */
  readonly dialect: DialectName;
  /** How far the fake engine's clock is off ours, in milliseconds. */
  readonly clockOffset: number;
  /** Where the watcher lives: in this process, or in one that can be stopped. */
  readonly home: 'process' | 'child';
  /** What the consumer keeps: the state of every container, or, with the default filters, which ones run. */
  readonly view: 'states' | 'running';
  /** How it takes events: as they are pushed, or one by one from an iterator. */
  readonly reading: 'sink' | 'iterator';
  readonly capacity: number;
  /** How long a list takes before the engine looks, and after, in milliseconds. */
  readonly listDelay: readonly [before: number, after: number];
  /** Milliseconds by which the fake engine's lists lag behind its events. */
  readonly listLag: number;
  /** `leaseInterval`. */
  readonly lease: number;
}
