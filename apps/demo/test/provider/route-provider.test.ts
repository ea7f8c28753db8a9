import { WatcherError } from '@watcher/core';
import { Action, type FileEvent } from '@watcher/events';
import { ManualClock } from '@watcher/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RouteProvider } from '../../src/provider/route-provider.ts';
import type { Route } from '../../src/routes/route.ts';
import { route } from '../routes/support.ts';
import { HeldSource, listeningLogger } from './support.ts';

let clock: ManualClock;
let source: HeldSource;
let applied: (readonly Route[])[];
let lines: string[];
let abort: AbortController;
let running: Promise<void>;

beforeEach(() => {
  clock = new ManualClock();
  source = new HeldSource();
  applied = [];
  abort = new AbortController();
  const listening = listeningLogger();
  lines = listening.lines;
  const apply = (routes: readonly Route[]) => void applied.push(routes);
  running = new RouteProvider({ source, apply, logger: listening.logger, clock, resyncInterval: 0 }).run(
    abort.signal,
  );
  running.catch(() => {});
});

afterEach(async () => {
  abort.abort();
  await running.catch(() => {});
});

const a = route('a');
const b = route('b');
const good = (...routes: Route[]) => ({ routes, problems: [] });
const written = event(Action.FileWritten);

function event(action: FileEvent['action']): FileEvent {
  return {
    type: 'file',
    action,
    actorName: 'x',
    actorId: '',
    actorAttributes: {},
    time: 0,
    source: 'held',
  } as FileEvent;
}

/** Subscribed, and listed for the first time. */
async function current(): Promise<void> {
  source.channel.opened();
  await clock.advance(100);
  expect(source.lists).toBe(1);
}

describe('a route provider', () => {
  it('lists only after it is subscribed, and applies what is there', async () => {
    source.answers = [good(a)];
    await clock.advance(60_000);
    expect(source.lists).toBe(0);
    source.channel.opened();
    await clock.advance(100);
    expect(applied).toEqual([[a]]);
    expect(lines).toEqual(['info: watching mem://held']);
  });

  it('lists again on an event, once for all that come together', async () => {
    source.answers = [good(a), good(a, b)];
    await current();
    for (let i = 0; i < 20; i++) source.channel.push(written);
    await clock.advance(100);
    expect(applied).toEqual([[a], [a, b]]);
    await clock.advance(60_000);
    expect(source.lists).toBe(2);
  });

  it('lists within the interval of an event that never stops being followed', async () => {
    await current();
    for (let i = 0; i < 14; i++) {
      source.channel.push(written);
      await clock.advance(50);
    }
    expect(source.lists).toBe(2);
  });

  it.each(['ContainerDie', 'NetworkDisconnect', 'NetworkConnect', 'FileDeleted'] as const)(
    'waits after %s for the event that often follows, and then lists once',
    async (name) => {
      await current();
      source.channel.push(event(Action[name] as FileEvent['action']));
      await clock.advance(599);
      expect(source.lists).toBe(1);
      source.channel.push(written);
      await clock.advance(100);
      expect(source.lists).toBe(2);
      await clock.advance(60_000);
      expect(source.lists).toBe(2);
    },
  );

  it('waits no longer than the interval for what does not follow', async () => {
    await current();
    source.channel.push(event(Action.FileDeleted));
    await clock.advance(699);
    expect(source.lists).toBe(1);
    await clock.advance(1);
    expect(source.lists).toBe(2);
  });

  it.each(['gap', 'overflow', 'rescan'] as const)('lists again on ForceReload %s', async (reason) => {
    await current();
    source.channel.push(source.channel.reload(reason));
    await clock.advance(100);
    expect(source.lists).toBe(2);
  });

  it('does not list on ForceReload reconnected: nothing was lost', async () => {
    await current();
    await clock.advance(3000);
    const { lists } = source; // the first, and the one that verifies it
    source.channel.push(source.channel.reload('reconnected'));
    await clock.advance(60_000);
    expect(source.lists).toBe(lists);
  });

  it('lists again through the reconcile window of a source whose list lags', async () => {
    Object.assign(source, { lags: true });
    abort.abort();
    await running;
    abort = new AbortController();
    const apply = (routes: readonly Route[]) => void applied.push(routes);
    const { logger } = listeningLogger();
    running = new RouteProvider({ source, apply, logger, clock, resyncInterval: 0 }).run(abort.signal);
    source.answers = [good(a), good(a), good(a), good(b)];
    await current();
    source.channel.push(written);
    await clock.advance(3000);
    expect(applied).toEqual([[a], [b]]);
  });

  it('applies what a list shows that began after the last event, though one is under way', async () => {
    const slow = Promise.withResolvers<ReturnType<typeof good>>();
    source.answers = [slow.promise, good(a, b)];
    source.channel.opened();
    await clock.advance(100);
    source.channel.push(written);
    await clock.advance(10_000);
    expect(source.lists).toBe(1);
    slow.resolve(good(a));
    await clock.advance(0);
    expect(applied).toEqual([[a], [a, b]]);
  });
});

describe('while the source is away', () => {
  beforeEach(async () => {
    source.answers = [good(a, b)];
    await current();
    source.channel.push(source.channel.reload('disconnected'));
    await clock.advance(1000);
  });

  it('the last good routes stay, and that is said', () => {
    expect(applied).toEqual([[a, b]]);
    expect(lines.slice(1)).toEqual([
      'warn: mem://held is away; its 2 last good routes stay until it is back',
    ]);
  });

  it('that is said once, though it is told again', async () => {
    source.channel.push(source.channel.reload('disconnected'));
    await clock.advance(100);
    expect(lines).toHaveLength(2);
  });

  it('nobody is asked', async () => {
    await clock.advance(60_000);
    expect(source.lists).toBe(1);
  });

  it('the ForceReload that follows brings a new list, and that is said', async () => {
    source.answers = [good(b)];
    source.channel.push(source.channel.reload('gap'));
    await clock.advance(100);
    expect(applied.at(-1)).toEqual([b]);
    expect(lines.at(-1)).toBe('info: mem://held is back');
  });

  it('a list that failed on the way there is not tried again', async () => {
    source.answers = [new Error('refused'), good(a)];
    source.channel.push(source.channel.reload('gap'));
    await clock.advance(100);
    expect(source.lists).toBe(2);
    source.channel.push(source.channel.reload('disconnected'));
    await clock.advance(60_000);
    expect(source.lists).toBe(2);
  });
});

describe('away and back within a second', () => {
  it('is a list, and not worth a line', async () => {
    await current();
    source.channel.push(source.channel.reload('disconnected'));
    source.channel.push(source.channel.reload('gap'));
    await clock.advance(100);
    expect(source.lists).toBe(2);
    await clock.advance(60_000);
    expect(lines.slice(1)).toEqual([]);
  });
});

describe('a list that fails', () => {
  const refused = new Error('refused');

  it('is tried again, at longer and longer intervals of at most ten seconds, until it works', async () => {
    source.answers = [refused];
    source.channel.opened();
    await clock.advance(0);
    const waits: number[] = [];
    while (waits.length < 9) {
      const before = { lists: source.lists, at: clock.monotonic() };
      while (source.lists === before.lists) await clock.advance(50);
      waits.push(clock.monotonic() - before.at);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    source.answers = [good(a)];
    await clock.advance(10_100);
    expect(applied).toEqual([[a]]);
  });

  it('keeps the last good routes, and is told once', async () => {
    source.answers = [good(a), refused];
    await current();
    source.channel.push(written);
    await clock.advance(60_000);
    expect(source.lists).toBeGreaterThan(5);
    expect(applied).toEqual([[a]]);
    expect(lines.slice(1)).toEqual([
      'warn: cannot list mem://held: refused (its last good route stays; trying again)',
    ]);
    source.answers = [good(a)];
    await clock.advance(10_100);
    expect(lines.slice(2)).toEqual(['info: mem://held is back']);
  });

  it('is tried at once when an event comes, and not a second time for itself', async () => {
    source.answers = [good(a), refused, refused, refused, good(b)];
    await current();
    source.channel.push(written);
    await clock.advance(1200);
    expect(source.lists).toBe(4);
    source.channel.push(source.channel.reload('reconnected'));
    await clock.advance(0);
    expect(applied.at(-1)).toEqual([b]);
    await clock.advance(60_000);
    expect(source.lists).toBe(5);
  });

  it('begins with short waits again after one that worked', async () => {
    source.answers = [refused, refused, refused, good(a), refused, good(b)];
    source.channel.opened();
    await clock.advance(250 + 500 + 1000);
    expect(applied).toEqual([[a]]);
    source.channel.push(written);
    await clock.advance(100 + 250);
    expect(applied).toEqual([[a], [b]]);
  });
});

describe('a source that makes no sense', () => {
  const bad = { routes: undefined, problems: ['routes.yml:3:9: no'] };

  it('keeps its last good routes, and says what is wrong once, and when it is in order again', async () => {
    source.answers = [good(a), bad, bad, good(b)];
    await current();
    for (let i = 0; i < 3; i++) {
      source.channel.push(written);
      await clock.advance(100);
    }
    expect(applied).toEqual([[a], [b]]);
    expect(lines.slice(1)).toEqual([
      'error: routes.yml:3:9: no',
      'warn: mem://held: its last good route stays',
      'info: mem://held is in order again',
    ]);
  });

  it('is listed once more, to verify the first list, and then not before it changes', async () => {
    source.answers = [bad];
    await current();
    await clock.advance(3000);
    expect(source.lists).toBe(2);
    await clock.advance(60_000);
    expect(source.lists).toBe(2);
  });

  it('in part has the rest of its routes applied, and each problem told while it lasts', async () => {
    source.answers = [
      { routes: [a], problems: ['one'] },
      { routes: [a], problems: ['one', 'two'] },
      { routes: [a], problems: ['two'] },
      { routes: [a], problems: ['one', 'two'] },
    ];
    await current();
    for (let i = 0; i < 3; i++) {
      source.channel.push(written);
      await clock.advance(100);
    }
    expect(applied).toHaveLength(4);
    expect(lines.slice(1)).toEqual(['error: one', 'error: two', 'error: one']);
    source.answers = [good(a)];
    source.channel.push(written);
    await clock.advance(100);
    expect(lines).toHaveLength(4);
  });
});

describe('a fault of the watching', () => {
  it('is told once for as long as it lasts', async () => {
    const fault = () =>
      source.channel.error(new WatcherError('no route to it', { code: 'CONNECTION_FAILED' }));
    fault();
    fault();
    expect(lines).toEqual(['warn: CONNECTION_FAILED: no route to it']);
    await current();
    fault();
    expect(lines).toHaveLength(3);
  });

  it('that no retry can mend ends the provider, with the reason', async () => {
    await current();
    const error = new WatcherError('unreadable key', { code: 'TLS' });
    void source.channel.close({ reason: 'failed', error });
    await expect(running).rejects.toBe(error);
  });
});

describe('an abort', () => {
  it('ends it before it is subscribed', async () => {
    abort.abort();
    await expect(running).resolves.toBeUndefined();
  });

  it('ends it while a list is tried again, and leaves no timer', async () => {
    source.answers = [new Error('refused')];
    source.channel.opened();
    await clock.advance(5000);
    abort.abort();
    await expect(running).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('ends it in the middle of a list, of which nothing is applied or told', async () => {
    const slow = Promise.withResolvers<ReturnType<typeof good>>();
    source.answers = [slow.promise];
    source.channel.opened();
    await clock.advance(100);
    abort.abort();
    slow.resolve(good(a));
    await expect(running).resolves.toBeUndefined();
    expect(applied).toEqual([]);
    expect(lines).toEqual([]);
  });
});
