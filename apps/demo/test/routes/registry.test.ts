import { ManualClock } from '@watcher/testing/clock';
import { describe, expect, it } from 'vitest';
import { RouteRegistry } from '../../src/routes/registry.ts';
import { route } from './support.ts';

const byFile = route('app', { origin: 'routes.yml' });
const byContainer = route('app', { origin: 'container web' });

describe('the routes of all providers', () => {
  it('are served together, in the order of their aliases', () => {
    const registry = new RouteRegistry(['file', 'docker']);
    registry.apply('docker', [route('c'), route('a')]);
    registry.apply('file', [route('b')]);
    expect(registry.entries.map(({ route }) => route.alias)).toEqual(['a', 'b', 'c']);
  });

  it('of one provider replace those it had, and no others', () => {
    const registry = new RouteRegistry(['file', 'docker']);
    registry.apply('file', [route('kept')]);
    registry.apply('docker', [route('old')]);
    expect(registry.apply('docker', [route('new')])).toMatchObject({
      added: [{ alias: 'new' }],
      updated: [],
      removed: [{ alias: 'old' }],
    });
    expect(registry.entries.map(({ route }) => route.alias)).toEqual(['kept', 'new']);
  });

  it('that are applied again are no change', () => {
    const registry = new RouteRegistry(['docker']);
    registry.apply('docker', [route('a'), route('b')]);
    expect(registry.apply('docker', [route('b'), route('a')])).toEqual({
      added: [],
      updated: [],
      removed: [],
      conflicts: [],
    });
  });
});

describe('an alias that two define', () => {
  it('belongs to the provider that was named first, whoever speaks first', () => {
    const registry = new RouteRegistry(['file', 'docker']);
    registry.apply('docker', [byContainer]);
    expect(registry.get('app')).toEqual(byContainer);
    expect(registry.apply('file', [byFile])).toMatchObject({
      updated: [{ before: byContainer, after: byFile }],
      added: [],
    });
    expect(registry.get('app')).toEqual(byFile);
  });

  it('belongs to the first route within a provider', () => {
    const registry = new RouteRegistry(['docker']);
    const later = route('app', { origin: 'container web2' });
    expect(registry.apply('docker', [byContainer, later]).conflicts).toEqual([
      { winner: byContainer, loser: later },
    ]);
    expect(registry.get('app')).toEqual(byContainer);
  });

  it('falls to the other when the first lets go of it, as an update', () => {
    const registry = new RouteRegistry(['file', 'docker']);
    registry.apply('file', [byFile]);
    expect(registry.apply('docker', [byContainer])).toMatchObject({ added: [], updated: [], removed: [] });
    expect(registry.apply('file', [])).toMatchObject({
      added: [],
      removed: [],
      updated: [{ before: byFile, after: byContainer }],
    });
  });

  it('is a conflict once, and again after it was resolved', () => {
    const registry = new RouteRegistry(['file', 'docker']);
    const conflict = { winner: byFile, loser: byContainer };
    registry.apply('docker', [byContainer]);
    expect(registry.apply('file', [byFile]).conflicts).toEqual([conflict]);
    expect(registry.apply('file', [byFile]).conflicts).toEqual([]);
    expect(registry.apply('docker', [byContainer, route('other')]).conflicts).toEqual([]);
    expect(registry.apply('file', []).conflicts).toEqual([]);
    expect(registry.apply('file', [byFile]).conflicts).toEqual([conflict]);
  });
});

describe('a route whose health check fails', () => {
  const sick = route('app', { origin: 'container old', health: 'unhealthy' });
  const well = route('app', { origin: 'container new' });

  it('yields to one that is available, of its provider or another', () => {
    const registry = new RouteRegistry(['a', 'b']);
    registry.apply('a', [sick, well]);
    expect(registry.get('app')).toEqual(well);
    registry.apply('a', [sick]);
    expect(registry.get('app')).toEqual(sick);
    registry.apply('b', [well]);
    expect(registry.get('app')).toEqual(well);
  });
});

describe('an entry of the table', () => {
  it('has its provider, and the time of its last change', async () => {
    const clock = new ManualClock();
    const registry = new RouteRegistry(['file'], clock);
    const [a, b] = [route('a'), route('b')];
    const start = clock.now();
    registry.apply('file', [a, b]);
    await clock.advance(1000);
    registry.apply('file', [{ ...a }, { ...b, port: 81 }]);
    expect(registry.entries).toEqual([
      { route: a, provider: 'file', since: start },
      { route: { ...b, port: 81 }, provider: 'file', since: start + 1000 },
    ]);
  });
});
