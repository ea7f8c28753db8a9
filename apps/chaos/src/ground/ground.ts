import type { ContainerSummary } from '@watcher/testing/engine';
import type { Published } from '../oracle/published.ts';
import type { EngineStep, PathStep } from '../script/step.ts';

/** What a round stands on: an engine, and the path to it. */
export interface Ground extends AsyncDisposable {
  /** Where the watcher finds the engine. */
  readonly host: string;
  /** How many connections were accepted so far. */
  readonly requests: number;
  /** How many event streams are open, whoever's. */
  readonly streams: number;
  /** How many connections are open that a watcher made. */
  readonly connections: number;
  /** The engine's clock, in nanoseconds. */
  readonly now: bigint;

  /** Tells of what has been published and was not yet told. */
  tellPublished(): void;
  perform(step: EngineStep | PathStep): Promise<void>;
  /** Every fault that lasts is over, except that a deaf stream stays deaf; the engine is up and runs. */
  calm(): Promise<void>;
  /** All containers, past any fault of the path. */
  list(): Promise<ContainerSummary[]>;
  /** Publishes something that every consumer is told of, and that leaves nothing behind. */
  mark(): Promise<void>;
}

/** Hears of each event that the engine publishes, in order. */
export type HearPublished = (event: Published) => void;
