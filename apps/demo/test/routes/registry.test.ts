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
    expect(registry.routes.map(({ alias }) => alias)).toEqual(['a', 'b', 'c']);
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
    expect(registry.routes.map(({ alias }) => alias)).toEqual(['kept', 'new']);
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
    expect(registry.routes).toEqual([byContainer]);
    expect(registry.apply('file', [byFile])).toMatchObject({
      updated: [{ before: byContainer, after: byFile }],
      added: [],
    });
    expect(registry.routes).toEqual([byFile]);
  });

  it('belongs to the first route within a provider', () => {
    const registry = new RouteRegistry(['docker']);
    const later = route('app', { origin: 'container web2' });
    expect(registry.apply('docker', [byContainer, later]).conflicts).toEqual([
      { winner: byContainer, loser: later },
    ]);
    expect(registry.routes).toEqual([byContainer]);
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
