import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, delay, systemClock } from '@watcher/core';
import { SAMPLE_ROUTES } from '../config/settings.ts';
import { Stage } from './stage.ts';
import { setScene, story } from './story.ts';

export interface EmbeddedEngine {
  readonly host: string;
  /** A copy of the sample, which the story edits. */
  readonly routesFile: string;
  /** Plays the story, over and over, until `signal` is aborted. Then the engine and the file are gone. */
  play(signal: AbortSignal): Promise<void>;
}

export interface EmbeddedEngineOptions {
  /** Receives each step of the story, as it happens. */
  readonly onStep: (text: string) => void;
  readonly clock?: Clock;
}

/** Starts an engine in this process, for a machine that has none. */
export async function startEmbeddedEngine({
  onStep,
  clock = systemClock,
}: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'watcher-demo-'));
  const routesFile = join(folder, 'routes.yml');
  await copyFile(SAMPLE_ROUTES, routesFile);
  const stage = await Stage.open();
  await setScene(stage);
  return {
    host: stage.engine.host,
    routesFile,
    async play(signal) {
      try {
        for (const { after, text, happens } of forever(story)) {
          if (!(await delay(clock, after, signal))) break;
          onStep(text);
          await happens(stage, routesFile);
        }
      } finally {
        await stage[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function* forever<T>(items: readonly T[]): Generator<T> {
  while (true) yield* items;
}
