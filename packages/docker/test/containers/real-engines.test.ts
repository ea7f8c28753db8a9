import { Informer } from '@watcher/informer';
import { DockerEngine, PodmanEngine, type TestEngine } from '@watcher/testing/engine';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { containers } from '../../src/index.ts';
import { skipsFor } from '../support/skips.ts';

const engines = [
  {
    name: 'Docker Engine',
    start: () => DockerEngine.start(),
    skips: skipsFor('Docker Engine', DockerEngine.unavailable()),
  },
  {
    name: 'Podman',
    start: () => PodmanEngine.start(),
    skips: skipsFor('Podman', PodmanEngine.unavailable()),
  },
];

for (const { name, start, skips } of engines)
  describe.skipIf(skips)(`containers() on a real ${name}`, () => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await start();
      await engine.networks?.create('front');
      await engine.networks?.create('back');
    });
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]();
    });
    const { signal } = new AbortController();
    const eventually = (assertion: () => void | Promise<void>) =>
      vi.waitFor(assertion, { timeout: 15_000, interval: 20 });

    test('the store follows every change, and a list and an inspect agree on every field', {
      timeout: 60_000,
    }, async () => {
      const source = containers({ host: engine.host, all: true });
      const errors: string[] = [];
      await using informer = new Informer(source, {
        resyncInterval: 0,
        onError: ({ message }) => errors.push(message),
      });
      await informer.synced;
      const network = engine.networks && { network: 'front' };
      const web = await engine.create({ name: 'web', labels: { tier: 'front', empty: '' }, ...network });
      const info = () => informer.store.get(web);
      /** The store shows the state, its entry is the one of a list, and an inspect adds nothing. */
      const shows = async (expected: object) => {
        await eventually(() => expect(info()).toMatchObject(expected));
        await eventually(async () => {
          const listed = (await source.list(signal)).find(({ id }) => id === web);
          expect(listed).toEqual(info());
          expect(await source.get?.(web, signal)).toEqual(listed);
        });
      };
      await shows({
        name: 'web',
        state: 'created',
        labels: { tier: 'front', empty: '' },
        health: 'none',
        exitCode: undefined,
      });
      await engine.start(web);
      await shows({ state: 'running', endReason: undefined });
      if (engine.networks) {
        expect(info()?.networks).toEqual([
          { name: 'front', ipv4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/), ipv6: undefined },
        ]);
        await engine.networks.connect('back', web);
        await shows({ networks: [{ name: 'back' }, { name: 'front' }] });
        await engine.networks.disconnect('front', web);
        await shows({ networks: [{ name: 'back' }] });
      }
      await engine.pause(web);
      await shows({ state: 'paused' });
      await engine.unpause(web);
      await shows({ state: 'running' });
      await engine.rename(web, 'shop');
      await shows({ name: 'shop' });
      await engine.kill(web);
      await shows({ state: 'exited', exitCode: 137, ports: [], endReason: 'killed' });
      await engine.start(web);
      await shows({ state: 'running', exitCode: undefined, endReason: undefined });
      await engine.remove(web);
      await eventually(() => expect(informer.store.size).toBe(0));
      expect(errors).toEqual([]);
    });

    test('running and paused containers are listed without the others', { timeout: 60_000 }, async () => {
      const source = containers({ host: engine.host, key: 'name', labels: ['kind=listed'] });
      await engine.create({ name: 'made', labels: { kind: 'listed' } });
      for (const [container, kind] of [
        ['runs', 'listed'],
        ['frozen', 'listed'],
        ['other', 'else'],
      ] as const)
        await engine.start(await engine.create({ name: container, labels: { kind } }));
      await engine.pause('frozen');
      await eventually(async () => {
        const states = (await source.list(signal)).map((found) => `${found.name} ${found.state}`);
        expect(states.sort()).toEqual(['frozen paused', 'runs running']);
      });
      expect((await source.get?.('runs', signal))?.state).toBe('running');
      expect(await source.get?.('made', signal)).toBeUndefined();
      expect(await source.get?.('nobody', signal)).toBeUndefined();
    });
  });
