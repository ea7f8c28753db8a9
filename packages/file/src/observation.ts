import type { WatcherError } from '@watcher/core';
import { Alarm } from './alarm.ts';
import { Anchor } from './anchor.ts';
import { type Change, difference } from './difference.ts';
import { faultOf } from './fault.ts';
import type { Settings } from './options.ts';
import { glance } from './poll.ts';
import { type Doubt, Doubts, lookAgainAt } from './settle.ts';
import {
  type FileState,
  isAbsence,
  isPlainName,
  type Look,
  listNames,
  look,
  pathOf,
  sameFile,
  sameStat,
} from './snapshot.ts';

/** One stream's place at an observation. */
export interface Seat {
  /** The one file that it asks for; undefined: every file that is neither hidden nor ignored. */
  readonly name: string | undefined;
  /** From here on every change is told. */
  open(): void;
  tell(change: Change): void;
  fault(fault: WatcherError): void;
  /** There is nothing more to come: an error that nothing here accounts for. */
  fail(error: unknown): void;
}

/**
 * The watching of one directory, for all who sit at it. Notice of the system and the poll only put names in doubt;
 * what is told is the difference between what is known of a name and what is found once it has settled.
 *
 * `known` is what every seat was told, and changes nowhere but where it is told.
 */
export class Observation {
  readonly #path: string;
  readonly #settings: Settings;
  readonly #alarm: Alarm;
  readonly #anchor: Anchor;
  readonly #doubts: Doubts;
  readonly #known = new Map<string, FileState>();
  /** Until when the poll reads a file's content again: two writes within a tick of the file's clock show as one. */
  readonly #young = new Map<string, number>();
  readonly #seats = new Set<Seat>();
  /** Seats that are not open yet, and what was in doubt when they came. */
  readonly #waiting = new Map<Seat, readonly Doubt[]>();
  readonly #faults = new Map<string, WatcherError>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #suspect = false;
  #listed = false;
  #nextTick = 0;

  constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
    this.#alarm = new Alarm(settings.clock);
    this.#doubts = new Doubts(settings.settle);
    this.#anchor = new Anchor(path, settings.polling, {
      hint: (name) => this.#hint(name),
      hintAny: () => this.#hintAll(),
      suspect: () => {
        this.#suspect = true;
        this.#alarm.ring();
      },
    });
    this.#running = this.#run(this.#stop.signal).catch((error) => {
      for (const seat of this.#seats) seat.fail(error);
    });
  }

  join(seat: Seat): void {
    this.#seats.add(seat);
    for (const fault of this.#faults.values()) seat.fault(fault);
    this.#waiting.set(seat, this.#listed ? [...this.#doubts.entries()].map(([, doubt]) => doubt) : []);
    this.#alarm.ring();
  }

  /** Whether anybody is left. */
  leave(seat: Seat): boolean {
    this.#seats.delete(seat);
    this.#waiting.delete(seat);
    return this.#seats.size > 0;
  }

  /** Resolves when the OS watch is closed and nothing is being read. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { logger } = this.#settings;
    logger?.debug({ directory: this.#path }, 'directory watcher opened');
    try {
      await this.#checkAnchor();
      await this.#takeFirstSnapshot(signal);
      this.#nextTick = this.#now() + this.#interval();
      while (!signal.aborted) {
        await this.#adopt(signal);
        this.#openWaiting();
        await this.#alarm.until(this.#nextMoment(), signal);
        if (signal.aborted) break;
        if (this.#suspect && (await this.#checkAnchor())) await this.#scan(signal);
        if (this.#now() >= this.#nextTick) await this.#tick(signal);
        await this.#settle(signal);
      }
    } finally {
      this.#anchor.close();
      logger?.debug({ directory: this.#path }, 'directory watcher closed');
    }
  }

  #nextMoment(): number | undefined {
    const { pollInterval } = this.#settings;
    const ticks = pollInterval !== undefined || !this.#anchor.watching || this.#faults.size > 0;
    const next = this.#doubts.next();
    if (!ticks) return next;
    return next === undefined ? this.#nextTick : Math.min(next, this.#nextTick);
  }

  /** What the safety poll does, and what is done every so often while anything stands in the way. */
  async #tick(signal: AbortSignal): Promise<void> {
    await this.#checkAnchor();
    await this.#scan(signal);
    this.#nextTick = this.#now() + this.#interval();
  }

  #interval(): number {
    return this.#settings.pollInterval ?? 1000;
  }

  /** Whether the directory is another one, or there again, or gone. */
  async #checkAnchor(): Promise<boolean> {
    this.#suspect = false;
    const wasWatching = this.#anchor.watching;
    const { moved, fault } = await this.#anchor.check();
    this.#stands('directory', fault);
    return moved || this.#anchor.watching !== wasWatching;
  }

  async #takeFirstSnapshot(signal: AbortSignal): Promise<void> {
    const names = await this.#list();
    const now = this.#settings.clock.now();
    await this.#lookAt(names ?? [], signal, (name, found) => {
      if (found.kind !== 'file' && found.kind !== 'unstable') return;
      this.#known.set(name, found.state);
      if (found.kind === 'unstable') this.#hint(name);
      if (Number(found.state.ctimeNs / 1_000_000n) > now - 10_000) this.#young.set(name, this.#now() + YOUTH);
    });
    this.#listed = true;
  }

  /** Takes in files that are asked for by name and that were hidden until now. */
  async #adopt(signal: AbortSignal): Promise<void> {
    const names = [...this.#waiting.keys()].flatMap(({ name }) => name ?? []);
    const strange = names.filter((name) => !this.#known.has(name) && this.#isLeftOutOfAll(name));
    await this.#lookAt(strange, signal, (name, found) => {
      if (found.kind === 'file' || found.kind === 'unstable') this.#known.set(name, found.state);
      if (found.kind === 'unstable') this.#hint(name);
    });
  }

  #openWaiting(): void {
    for (const [seat, doubts] of this.#waiting) {
      if (doubts.some(({ settled }) => !settled)) continue;
      this.#waiting.delete(seat);
      seat.open();
    }
  }

  #hint(name: string): void {
    const now = this.#now();
    if (this.#isWanted(name)) this.#doubts.hint(name, now);
    // What a symlink leads to may pass through any name of the directory, as that of a ConfigMap does.
    if (isHidden(name)) this.#hintAll();
    this.#alarm.ring();
  }

  #hintAll(): void {
    this.#nextTick = Math.min(this.#nextTick, this.#now() + this.#settings.settle.quiet);
    this.#alarm.ring();
  }

  /** Puts in doubt whatever a glance shows to be new. */
  async #scan(signal: AbortSignal): Promise<void> {
    const listed = await this.#list();
    if (!listed) return;
    const names = new Set([...listed, ...this.#known.keys()]);
    const now = this.#now();
    let unknown: unknown;
    const unsettled = [...names].filter((name) => !this.#doubts.has(name));
    await glance(this.#path, unsettled, signal, (name, seen) => {
      const known = this.#known.get(name);
      if (seen === 'absent') {
        if (known) this.#doubts.hint(name, now);
      } else if ('error' in seen) {
        unknown = seen.error;
      } else if (!known || !sameStat(known, seen) || this.#isYoung(name, now)) {
        this.#doubts.hint(name, now).seen = seen;
      }
    });
    this.#stands('files', unknown);
  }

  #isYoung(name: string, now: number): boolean {
    const until = this.#young.get(name);
    if (until !== undefined && until < now) this.#young.delete(name);
    return until !== undefined;
  }

  /** Every name in the directory that somebody wants; undefined when that cannot be told. */
  async #list(): Promise<string[] | undefined> {
    const asked = [...this.#seats].flatMap(({ name }) => name ?? []);
    try {
      const names = await listNames(this.#path);
      this.#stands('list', undefined);
      return [...new Set([...names.filter((name) => isPlainName(name) && !this.#isLeftOut(name)), ...asked])];
    } catch (error) {
      if (isAbsence(error)) return asked;
      this.#stands('list', error);
      return undefined;
    }
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const { settle, rewrites } = this.#settings;
    const started = this.#now();
    const due = [...this.#doubts.entries()].filter(([, doubt]) => doubt.due <= started).map(([name]) => name);
    if (due.length === 0) return;
    const found = new Map<string, FileState | undefined>();
    await this.#lookAt(due, signal, (name, seen) => {
      const doubt = this.#doubts.get(name);
      if (!doubt) return;
      const now = this.#now();
      // A hint that came while the file was looked at: the look may have been too early.
      if (doubt.hinted > started && now < doubt.since + settle.bound) return;
      const again = lookAgainAt(doubt, seen, this.#known.get(name), now, settle);
      if (again !== undefined) doubt.due = again;
      else if (seen.kind === 'unknown') this.#doubts.settle(name);
      else found.set(name, seen.kind === 'absent' ? undefined : seen.state);
    });
    if (signal.aborted) return;
    await this.#findOldNames(found);
    await this.#findNewNames(found);
    this.#tell(difference(this.#known, found, rewrites), found);
  }

  /** A new name may be the new name of a known file, which is then gone under the old. */
  async #findOldNames(found: Map<string, FileState | undefined>): Promise<void> {
    for (const [name, state] of [...found]) {
      const known = this.#known.get(name);
      if (!state || (known && sameFile(known, state))) continue;
      for (const [old, was] of this.#known) {
        if (old === name || found.has(old) || !sameFile(was, state)) continue;
        const seen = await look(this.#path, old, 0);
        if (seen.kind === 'absent') found.set(old, undefined);
      }
    }
  }

  /** A name that is gone may be waiting for its new name, which has not settled yet. */
  async #findNewNames(found: Map<string, FileState | undefined>): Promise<void> {
    const { settle } = this.#settings;
    const unsettled = [...this.#doubts.entries()].filter(([name]) => !found.has(name)).map(([name]) => name);
    if (unsettled.length === 0) return;
    const gone = [...found].filter(([name, state]) => !state && this.#known.has(name)).map(([name]) => name);
    for (const name of gone) {
      const was = this.#known.get(name) as FileState;
      if ([...found.values()].some((state) => state && sameFile(state, was))) continue;
      for (const other of unsettled) {
        const seen = await look(this.#path, other, 0);
        if (seen.kind !== 'file' || !sameFile(seen.state, was)) continue;
        const doubt = this.#doubts.get(name);
        if (doubt) doubt.due = this.#now() + settle.quiet;
        found.delete(name);
        break;
      }
    }
  }

  #tell(changes: readonly Change[], found: ReadonlyMap<string, FileState | undefined>): void {
    const changed = new Set(changes.map(({ name }) => name));
    const youngUntil = this.#now() + YOUTH;
    for (const [name, state] of found) {
      this.#doubts.settle(name);
      if (!state) {
        this.#known.delete(name);
        this.#young.delete(name);
        continue;
      }
      this.#known.set(name, state);
      if (changed.has(name)) this.#young.set(name, youngUntil);
    }
    for (const change of changes) {
      for (const seat of this.#seats) {
        if (seat.name === undefined ? !this.#isLeftOutOfAll(change.name) : seat.name === change.name)
          seat.tell(change);
      }
    }
  }

  async #lookAt(
    names: readonly string[],
    signal: AbortSignal,
    each: (name: string, found: Look) => void,
  ): Promise<void> {
    let next = 0;
    const lookOn = async () => {
      while (next < names.length && !signal.aborted) {
        const name = names[next++] as string;
        const found = await look(this.#path, name, this.#settings.contentLimit);
        this.#stands(
          `file ${name}`,
          found.kind === 'unknown' || found.kind === 'file' ? found.error : undefined,
          name,
        );
        each(name, found);
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, names.length) }, lookOn));
  }

  /** Tells of a fault once, when it begins, and keeps it for who comes later, until it is over. */
  #stands(what: string, error: unknown, name?: string): void {
    if (error === undefined) {
      this.#faults.delete(what);
      return;
    }
    const fault = faultOf(error, name === undefined ? this.#path : pathOf(this.#path, name), this.#path);
    if (this.#faults.get(what)?.code === fault.code) return;
    this.#faults.set(what, fault);
    this.#settings.logger?.warn({ directory: this.#path, code: fault.code }, fault.message);
    for (const seat of this.#seats) seat.fault(fault);
  }

  #isWanted(name: string): boolean {
    return isPlainName(name) && !this.#isLeftOut(name);
  }

  /** Whether a name is of no interest to anybody here. */
  #isLeftOut(name: string): boolean {
    if (!this.#isLeftOutOfAll(name)) return false;
    for (const seat of this.#seats) if (seat.name === name) return false;
    return true;
  }

  #isLeftOutOfAll(name: string): boolean {
    const { ignore } = this.#settings;
    if (isHidden(name)) return true;
    return typeof ignore === 'function' ? ignore(name) : (ignore?.test(name) ?? false);
  }

  #now(): number {
    return this.#settings.clock.monotonic();
  }
}

/** Files read at once. */
const READERS = 4;
/** Milliseconds for which a file's times may hide a further write: some file systems count in steps of two seconds. */
const YOUTH = 3000;

function isHidden(name: string): boolean {
  return name.startsWith('.');
}
