import { readFile, writeFile } from 'node:fs/promises';
import type { Stage } from './stage.ts';

export interface Step {
  /** Milliseconds since the step before it. */
  readonly after: number;
  readonly text: string;
  readonly happens: (stage: Stage, routesFile: string) => Promise<void>;
}

const project = { 'com.docker.compose.project': 'shop' };

/** Runs from the beginning, before the story. */
export async function setScene(stage: Stage): Promise<void> {
  await stage.run('web', { labels: { 'proxy.aliases': 'web, www.example.com' } });
  await stage.run('api');
}

/** Begins and ends with `web` and `api` running, and takes less than a minute. */
export const story: readonly Step[] = [
  {
    after: 2000,
    text: 'a compose project comes up: db, cart and shop',
    happens: async (stage) => {
      await stage.run('db', { image: 'postgres:18', labels: project });
      await stage.run('cart', { labels: project });
      await stage.run('shop', { labels: { ...project, 'proxy.aliases': 'shop' } });
    },
  },
  {
    after: 4000,
    text: 'cart crashes three times, and is up again each time: its route stays',
    happens: async (stage) => {
      for (let times = 0; times < 3; times++) {
        await stage.crash('cart');
        await stage.start('cart');
      }
    },
  },
  {
    after: 4000,
    text: 'the health check of api fails: it gets no new requests',
    happens: (stage) => stage.engine.setHealth('api', 'unhealthy'),
  },
  {
    after: 4000,
    text: 'api is healthy again',
    happens: (stage) => stage.engine.setHealth('api', 'healthy'),
  },
  {
    after: 3000,
    text: 'shop-v2 starts, and wants the alias of shop',
    happens: (stage) => stage.run('shop-v2', { labels: { ...project, 'proxy.aliases': 'shop' } }),
  },
  {
    after: 3000,
    text: 'shop is removed: shop-v2 replaces it',
    happens: (stage) => stage.remove('shop'),
  },
  {
    after: 4000,
    text: 'a route is written into the file',
    happens: async (_, file) => writeFile(file, `${await readFile(file, 'utf8')}\n${ADDED_ROUTE}`),
  },
  {
    after: 4000,
    text: 'the engine is killed: all routes stay, and the containers answer',
    happens: (stage) => stage.engine.crash(),
  },
  {
    after: 10_000,
    text: 'the engine is up again, ten seconds later',
    happens: (stage) => stage.restartEngine(),
  },
  {
    after: 4000,
    text: 'the route is taken out of the file, and the project goes down',
    happens: async (stage, file) => {
      await writeFile(file, (await readFile(file, 'utf8')).replace(`\n${ADDED_ROUTE}`, ''));
      for (const name of ['shop-v2', 'cart', 'db']) await stage.remove(name);
    },
  },
  { after: 5000, text: 'and from the beginning', happens: async () => {} },
];

const ADDED_ROUTE = 'wiki:\n  host: 192.168.1.30\n';
