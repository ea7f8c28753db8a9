import { type Clock, delay, systemClock } from '@watcher/core';
import { FakeEngine } from '@watcher/testing/engine';
import type { Logger } from '../output/logger.ts';

export interface EmbeddedEngine {
  readonly host: string;
  /** Plays its scene, over and over, until `signal` is aborted; then the engine is gone. */
  play(signal: AbortSignal): Promise<void>;
}

export interface EmbeddedEngineOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** An engine in this process, for whoever has none: containers come, restart, change and go, and once it is away. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const { logger, clock = systemClock } = options;
  const engine = await FakeEngine.start();
  await run(engine, 'web');
  await run(engine, 'api');
  return {
    host: engine.host,
    async play(signal) {
      try {
        for (const step of forever(scene)) {
          if (!(await delay(clock, step.after, signal))) break;
          logger.info(`(embedded engine: ${step.says})`);
          await step.happens(engine);
        }
      } finally {
        await engine[Symbol.asyncDispose]();
      }
    },
  };
}

const containers = {
  web: { 'proxy.aliases': 'web, www.example.com', 'proxy.*.port': '8080' },
  api: { 'proxy.#1.port': '3000', 'proxy.#1.host': '10.0.0.12' },
  shop: { 'proxy.aliases': 'shop', 'proxy.shop.port': '8443', 'proxy.shop.scheme': 'https' },
  'shop-canary': { 'proxy.aliases': 'shop', 'proxy.shop.port': '9443' },
  backup: { 'proxy.aliases': 'backup', 'proxy.exclude': 'true' },
} as const;

type Name = keyof typeof containers;

interface Step {
  /** Milliseconds since the step before it. */
  readonly after: number;
  readonly says: string;
  readonly happens: (engine: FakeEngine) => Promise<void>;
}

/** Begins and ends with `web` and `api` running. */
const scene: readonly Step[] = [
  { after: 2000, says: 'shop starts', happens: (engine) => run(engine, 'shop') },
  {
    after: 3000,
    says: 'web restarts, so nothing changes',
    happens: async (engine) => {
      await engine.stop('web');
      await engine.start('web');
    },
  },
  {
    after: 2000,
    says: 'shop-canary starts, and wants the alias of shop',
    happens: (engine) => run(engine, 'shop-canary'),
  },
  { after: 3000, says: 'shop is removed, so shop-canary has it', happens: (engine) => engine.remove('shop') },
  { after: 3000, says: 'backup starts, with proxy.exclude', happens: (engine) => run(engine, 'backup') },
  { after: 2000, says: 'api is renamed to api-v2', happens: (engine) => engine.rename('api', 'api-v2') },
  { after: 3000, says: 'the engine is killed', happens: (engine) => engine.crash() },
  {
    after: 3000,
    says: 'the engine is up again, with web and api',
    happens: async (engine) => {
      await engine.restart();
      await engine.remove('shop-canary');
      await engine.remove('backup');
      await engine.rename('api-v2', 'api');
      await engine.start('web');
      await engine.start('api');
    },
  },
  { after: 6000, says: 'and from the beginning', happens: async () => {} },
];

function* forever<T>(items: readonly T[]): Generator<T> {
  while (true) yield* items;
}

async function run(engine: FakeEngine, name: Name): Promise<void> {
  await engine.start(
    await engine.create({ name, labels: { 'proxy.*.host': '127.0.0.1', ...containers[name] } }),
  );
}
