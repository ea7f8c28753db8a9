import { Action, EventChannel, type FileEvent, forceReload } from '@watcher/events';
import { ManualClock } from '@watcher/testing/clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { Monitor } from '../../src/monitor/monitor.ts';
import { RouteRegistry } from '../../src/routes/registry.ts';
import { route } from '../routes/support.ts';

let clock: ManualClock;
let registry: RouteRegistry;
let monitor: Monitor;

beforeEach(() => {
  clock = new ManualClock();
  registry = new RouteRegistry(['file'], clock);
  monitor = new Monitor(registry, clock);
});

const written = {
  type: 'file',
  action: Action.FileWritten,
  actorName: 'routes.yml',
  actorId: '',
  actorAttributes: {},
  time: 0,
  source: 'file',
} as FileEvent;
const reload = (reason: 'gap' | 'disconnected') => forceReload('file', 'file', reason, 0);
const texts = () => monitor.timeline.entries.map(({ kind, text }) => `${kind}: ${text}`);

describe('a source', () => {
  it('counts its events and batches by the second, for a minute', async () => {
    const source = monitor.source('file', '/routes.yml');
    source.flushed([written, written]);
    await clock.advance(2000);
    source.flushed([written]);
    expect(source.events.perSecond.slice(-3)).toEqual([2, 0, 1]);
    expect(source.flushes.perSecond.slice(-3)).toEqual([1, 0, 1]);
    expect(source.events.perSecond).toHaveLength(60);
    await clock.advance(120_000);
    expect(Math.max(...source.events.perSecond)).toBe(0);
  });

  it('knows its state, and since when', async () => {
    const source = monitor.source('file', '/routes.yml');
    const start = clock.now();
    expect(source).toMatchObject({ state: 'connecting', since: start });
    await clock.advance(1000);
    source.entered('current');
    await clock.advance(1000);
    source.entered('current');
    expect(source).toMatchObject({ state: 'current', since: start + 1000 });
  });

  it('counts gaps, and knows the overflows of its stream', () => {
    const source = monitor.source('file', '/routes.yml');
    const stream = new EventChannel<FileEvent>({ source: 'file', capacity: 1, reload: () => reload('gap') });
    source.opened(stream);
    stream.push(written);
    stream.push({ ...written, actorName: 'other' });
    source.flushed([reload('gap')]);
    expect(source).toMatchObject({ gaps: 1, overflows: 1, received: 2 });
  });

  it('has its last error until it is gone', () => {
    const source = monitor.source('file', '/routes.yml');
    source.failed('broken');
    expect(source.lastError).toBe('broken');
    source.listed([]);
    expect(source.lastError).toBeUndefined();
  });
});

describe('the timeline', () => {
  it('has batches, the reason of each reload, states, errors and changes, newest first', () => {
    const source = monitor.source('file', '/routes.yml');
    source.entered('current');
    source.flushed([written]);
    registry.apply('file', [route('app')]);
    source.flushed([reload('disconnected'), reload('gap')]);
    source.failed('broken');
    expect(texts()).toEqual([
      'error: broken',
      'reload: reload: disconnected, reload: gap',
      'change: added app: http://localhost:80 (somewhere)',
      'events: written routes.yml',
      'state: up to date',
    ]);
  });

  it('is bounded: entries, their length, the events of a batch, the changes of a list', () => {
    const source = monitor.source('file', '/routes.yml');
    source.failed('x'.repeat(10_000));
    expect(monitor.timeline.entries[0]?.text).toHaveLength(300);
    source.flushed(Array.from({ length: 50 }, () => written));
    expect(texts()[0]).toMatch(/, and 45 more$/);
    registry.apply(
      'file',
      Array.from({ length: 1000 }, (_, i) => route(`app${i}`)),
    );
    expect(texts()[0]).toBe('change: 980 more changes');
    for (let i = 0; i < 300; i++) source.failed(`${i}`);
    expect(monitor.timeline.entries).toHaveLength(200);
  });
});
