import { describe, expect, it } from 'vitest';
import { type DockerFilters, DockerWatcher, dockerFilter } from '../../src/index.ts';
import { Scene, told } from './support.ts';

const followsBlue: DockerFilters = { container: ['blue'], event: ['rename'] };

describe('a rename', () => {
  it.each(['docker', 'podman'] as const)(
    'reaches a consumer that follows the old name, on %s',
    async (dialect) => {
      await using scene = await Scene.begin({}, { dialect });
      await using watch = await scene.watchAnchored({ filters: followsBlue });
      const id = await scene.engine.create({ name: 'blue', labels: { oldName: '/from-a-label' } });
      await scene.engine.rename(id, 'green');
      await told(watch, 'renamed green');
      expect(watch.events[0]?.actorAttributes['oldName']).toBe('/blue');
    },
  );

  it('of another container does not', async () => {
    await using scene = await Scene.begin();
    await using watch = await scene.watchAnchored({ filters: followsBlue });
    const other = await scene.engine.create({ name: 'red', labels: { oldName: '/blue' } });
    await scene.engine.rename(other, 'black');
    const blue = await scene.engine.create({ name: 'blue' });
    await scene.engine.rename(blue, 'green');
    await told(watch, 'renamed green');
  });

  it('of a container that no earlier event told of does: its old name is not certain', async () => {
    await using scene = await Scene.begin();
    const id = await scene.engine.create({ name: 'blue', labels: { oldName: '/from-a-label' } });
    await using watch = await scene.watchAnchored({ filters: followsBlue });
    await scene.engine.rename(id, 'green');
    await told(watch, 'renamed green');
  });
});

describe('health', () => {
  it('is an event when it changes, where an engine reports it at every probe', async () => {
    await using scene = await Scene.begin({}, { dialect: 'podman' });
    await using watch = await scene.watchAnchored({ filters: { event: ['health_status', 'start'] } });
    const id = await scene.live('web');
    for (const health of ['healthy', 'healthy', 'unhealthy', 'unhealthy', 'healthy'] as const)
      await scene.engine.setHealth(id, health);
    await scene.engine.stop(id);
    await scene.engine.start(id);
    await scene.engine.setHealth(id, 'healthy');
    await told(
      watch,
      ...'started healthy unhealthy healthy started healthy'.split(' ').map((word) => `${word} web`),
    );
  });
});

describe('an image', () => {
  it.each(['docker', 'podman'] as const)('is selected by its short name, on %s', async (dialect) => {
    await using scene = await Scene.begin({}, { dialect });
    await using watch = await scene.watchAnchored({ filters: { image: ['nginx'], event: ['create'] } });
    await scene.engine.create({ name: 'db', image: 'postgres' });
    await scene.engine.create({ name: 'web', image: 'nginx' });
    await told(watch, 'created web');
  });
});

describe('scope=swarm', () => {
  it('is refused, since no event of a container or network has it', () => {
    const refusal = expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/"filters.scope": expected "local".*, got "swarm"/),
    });
    const dynamic = dockerFilter as (term: string, value: string) => unknown;
    expect(() => dynamic('scope', 'swarm')).toThrow(refusal);
    const filters = { scope: ['swarm'] } as unknown as DockerFilters;
    expect(() => new DockerWatcher({ host: 'unix:///nowhere' }).events({ filters })).toThrow(refusal);
  });
});

describe("Podman's own words", () => {
  it('restore is a start', async () => {
    await using scene = await Scene.begin({}, { dialect: 'podman' });
    await using watch = await scene.watchAnchored();
    const Actor = { ID: 'c'.repeat(64), Attributes: { name: 'web' } };
    scene.engine.publish({ Type: 'container', Action: 'restore', Actor });
    await told(watch, 'started web');
  });
});

describe('an event past its limits', () => {
  it.each([
    ['a name', { name: 'x'.repeat(2000) }],
    ['an attribute', { name: 'web', label: 'x'.repeat(300_000) }],
  ])('is an error and a gap, and the stream goes on: %s', async (_, Attributes) => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const Actor = { ID: 'c'.repeat(64), Attributes };
    scene.engine.publish({ Type: 'volume', Action: 'destroy', Actor }); // concerns no consumer
    scene.engine.publish({ Type: 'container', Action: 'start', Actor });
    await scene.live('web');
    await told(watch, 'error PROTOCOL', 'reload gap', 'started web');
  });
});

describe('a time out of range', () => {
  it('reaches the consumer as one that a Date can hold, and is never asked for', async () => {
    await using scene = await Scene.begin({ forceReload: 'gap' });
    await using watch = await scene.watchAnchored();
    const Actor = { ID: 'c'.repeat(64), Attributes: { name: 'web' } };
    scene.engine.publish({ Type: 'container', Action: 'start', Actor, timeNano: 10n ** 30n });
    await told(watch, 'started web');
    expect(() => new Date(watch.events[0]?.time ?? Number.NaN).toISOString()).not.toThrow();
    await scene.clock.advance(11_000);
    for (const { query } of scene.engine.requests)
      for (const name of ['since', 'until']) expect(query.get(name) ?? '0').toMatch(/^\d{1,10}(\.\d{9})?$/);
  });
});
