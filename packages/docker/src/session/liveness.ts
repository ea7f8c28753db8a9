import { type Clock, delay, type WatcherError } from '@watcher/core';
import { race } from '../concurrency.ts';
import { fault } from '../errors/fault.ts';
import { wasNeverAsked } from '../errors/never-asked.ts';
import type { Cursor } from '../events/cursor.ts';
import type { Requests } from '../history/requests.ts';
import { behindPlace, eventsSincePlace, withinMemory } from './place.ts';

/**
 * Resolves when the stream turns out dead: the engine has events that it did not bring, or does not answer at
 * all. Silence alone is no sign of either. So whenever nothing was heard for `interval`, the engine is asked, on
 * a connection of its own, what it has had since our place; what it names must be here within `timeout` of the
 * question, whether it was on its way or not.
 *
 * An engine's time is told to the second, so that what it has had within the last is not asked for. The next
 * question is so much earlier for that.
 *
 * A stream may also lose an event and go on: Podman 4.5 and later drop some while they rotate their log. So each
 * question reaches back to where the one before found all received, and a stream that is never silent for `interval`
 * is checked just as often. That is two requests in `interval`, whatever the stream brings: the engine answers them
 * from its memory of 256 events, and Podman by reading its log once.
 *
 * Never resolves on a stream that lives; rejects when aborted.
 */
export async function death(
  { heard, passed, answered, refused }: Stethoscope,
  cursor: Cursor,
  requests: Requests,
  interval: number,
  signal: AbortSignal,
): Promise<WatcherError> {
  const { clock, timeout, host } = requests;
  const blind = Math.min(SECOND, interval / 2);
  /** Up to when it is known that the stream has brought all. */
  let known = clock.monotonic();
  /** When the engine was last asked, with or without success. */
  let askedAt = known;
  /** Up to where all events were found received, and how many lines had come then. */
  let checked = { since: cursor.since, count: cursor.count };
  for (;;) {
    const idleSince = Math.max(heard(), known);
    const hasNews = cursor.count !== checked.count;
    const dueAt = (hasNews ? Math.min(idleSince, askedAt - blind) : idleSince) + interval;
    await pause(clock, dueAt - clock.monotonic(), signal);
    const isBusy = heard() > idleSince || dueAt < idleSince + interval;
    // Events that came meanwhile make the check due sooner.
    if (isBusy && (cursor.count === checked.count || clock.monotonic() < askedAt - blind + interval))
      continue;

    const asked = clock.monotonic();
    askedAt = asked;
    known = asked - blind;
    const place = cursor.anchor;
    const check = { since: cursor.since, count: cursor.count };
    const { drops, mayHaveDropped } = cursor;
    let missing: string[] = [];
    let isPassed = false;
    let failure: WatcherError | undefined;
    try {
      const held = await race(
        signal,
        (own) => eventsSincePlace(cursor, requests, own, checked.since),
        (own) => delay(clock, timeout, own).then(() => Promise.reject(unanswered(host, timeout))),
      );
      answered();
      known -= held.lag;
      const lines = withinMemory(cursor, held.lines);
      const behind = behindPlace(cursor, lines);
      missing = cursor.missing(mayHaveDropped ? behind : lines);
      isPassed = missing.length > cursor.missing(behind).length;
      // What is behind all that came may still be on its way.
      if (isBusy) missing = missing.slice(0, missing.length - cursor.missing(behind).length);
      if (missing.length === 0) checked = check;
    } catch (error) {
      signal.throwIfAborted();
      failure = error as WatcherError;
      // It answers, if not what it was asked, or was not asked at all: no sign that the stream is dead.
      if (!silence.has(failure.code) || wasNeverAsked(failure)) {
        refused(failure);
        continue;
      }
    }
    if (missing.length === 0 && !failure) continue;

    await pause(clock, asked + timeout - clock.monotonic(), signal);
    if (cursor.drops > drops) continue; // a gap was told meanwhile, of what is missing or more
    if (failure && heard() <= idleSince) {
      return fault('STREAM_DEAD', `${host} has gone silent: ${failure.message}`, failure);
    }
    const lost = cursor.missing(missing).length;
    if (lost > 0) {
      if (isPassed || cursor.anchor !== place) passed();
      return fault('STREAM_DEAD', `${host} has had ${lost} events that its open stream did not bring.`);
    }
  }
}

export interface Stethoscope {
  /** When anything last came, by the clock's `monotonic`. */
  heard(): number;
  /** What came behind the events that are missing has moved our place past them: it is none to resume from. */
  passed(): void;
  /** The question was answered: the engine is there, and it can be asked. */
  answered(): void;
  /** The question was refused, or could not be asked, so that nothing is known. */
  refused(error: WatcherError): void;
}

/** Milliseconds to which an engine tells its time. */
const SECOND = 1000;

const unanswered = (host: string, timeout: number) =>
  fault('TIMEOUT', `${host} did not say within ${timeout} ms what it has had.`);

/** What it is called when nobody answers. */
const silence: ReadonlySet<string> = new Set(['TIMEOUT', 'UNREACHABLE', 'CONNECTION_LOST', 'SSH']);

async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(clock, milliseconds, signal);
  signal.throwIfAborted();
}
