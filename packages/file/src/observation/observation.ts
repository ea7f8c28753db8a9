import { harmlessLogger, type Logger } from '@watcher/core';
import type { Settings } from '../options.ts';
import type { Change } from '../picture/difference.ts';
import { Examiner } from '../picture/examiner.ts';
import { Picture } from '../picture/picture.ts';
import { type Doubt, Doubts } from '../picture/settle.ts';
import { Survey } from '../picture/survey.ts';
import { Anchor } from '../system/anchor.ts';
import { type Fault, Faults } from '../system/faults.ts';
import { isPlainName } from '../system/snapshot.ts';
import { Alarm } from './alarm.ts';
import { publishChanges, publishDirectory } from './diagnostics.ts';
import { type Seat, Seats } from './seats.ts';

/**
 * The watching of one directory, for all who sit at it.
 *
 * ```
 *   notice of the system ─┐
 *   the poll's glances   ─┴─> names in doubt ──settled──> looked at ──different──> told, and remembered
 * ```
 *
 * Notice and poll conclude nothing. What is told is the difference between the picture, which is what the consumers
 * know, and what is found once it has settled; and the picture changes only with what is told.
 */
export class Observation {
  readonly #path: string;
  readonly #settings: Settings;
  readonly #logger: Logger | undefined;
  readonly #alarm: Alarm;
  readonly #anchor: Anchor;
  readonly #doubts: Doubts;
  readonly #faults: Faults;
  readonly #seats: Seats;
  readonly #picture = new Picture();
  readonly #survey: Survey;
  readonly #examiner: Examiner;
  /** What the picture holds: every file, or the named ones. A covered name that is not in it is known to be absent. */
  readonly #covered = { every: false, names: new Set<string>() };
  /** Seats whose files are not covered yet. */
  readonly #newcomers = new Set<Seat>();
  /** Seats that are not open yet, and what was in doubt when their files were covered. */
  readonly #waiting = new Map<Seat, readonly Doubt[]>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #suspect = true;
  #nextTick = Number.POSITIVE_INFINITY;
  /** Hints that came without a pause, and when the last of them did. */
  #burst = 0;
  #hinted = 0;
  #crash: { readonly error: unknown } | undefined;

  constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
    this.#logger = settings.logger && harmlessLogger(settings.logger);
    this.#alarm = new Alarm(settings.clock);
    this.#doubts = new Doubts(settings.settle);
    this.#faults = new Faults((fault) => this.#tellFault(fault));
    this.#seats = new Seats(settings.isIgnored);
    const isShown = (name: string) => this.#seats.isShown(name);
    const parts = { settings, picture: this.#picture, doubts: this.#doubts, faults: this.#faults, isShown };
    this.#survey = new Survey(path, parts);
    this.#examiner = new Examiner(path, { ...parts, survey: this.#survey });
    this.#anchor = new Anchor(path, settings.polling, {
      hint: (name) => this.#hint(name),
      hintAny: () => this.#tickSoon(),
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
    this.#newcomers.add(seat);
    this.#alarm.ring();
  }

  /** Whether anybody is left. */
  leave(seat: Seat): boolean {
    this.#seats.remove(seat);
    this.#newcomers.delete(seat);
    this.#waiting.delete(seat);
    const wanted = (name: string) => this.#seats.wants(name);
    this.#covered.every &&= this.#seats.everyFile;
    for (const name of this.#covered.names) if (!wanted(name)) this.#covered.names.delete(name);
    this.#picture.keep(wanted);
    this.#faults.keep(wanted);
    return this.#seats.size > 0;
  }

  /** Resolves when the OS watch is closed and nothing is being read any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#logger?.debug({ directory: this.#path }, 'directory watcher opened');
    publishDirectory(this.#path, 'opened');
    try {
      while (!signal.aborted) {
        if (this.#suspect && (await this.#checkAnchor())) await this.#scan(signal);
        await this.#cover(signal);
        if (this.#now() >= this.#nextTick) await this.#tick(signal);
        await this.#settle(signal);
        if (this.#crash) throw this.#crash.error;
        this.#openSettled();
        if (!this.#suspect && this.#newcomers.size === 0) await this.#alarm.until(this.#nextMoment(), signal);
      }
    } finally {
      this.#anchor.close();
      this.#logger?.debug({ directory: this.#path }, 'directory watcher closed');
      publishDirectory(this.#path, 'closed');
    }
  }

  // What puts names in doubt.

  #hint(name: string): void {
    try {
      if (!isPlainName(name)) return;
      const now = this.#now();
      if (this.#seats.wants(name)) this.#doubt(name, now);
      for (const link of this.#picture.linksThrough(name)) this.#doubts.hint(link, now);
      // So long a burst may have overrun the queue of the system, which does not say so.
      if (now - this.#hinted > this.#settings.settle.quiet) this.#burst = 0;
      this.#hinted = now;
      if (++this.#burst % LONG_BURST === 0) this.#tickSoon();
    } catch (error) {
      this.#crash ??= { error };
    }
    this.#alarm.ring();
  }

  /** Names that come and go faster than they can be looked at are as many as anybody likes; those that stay are listed. */
  #doubt(name: string, now: number): void {
    const isStrange = !this.#doubts.get(name) && !this.#picture.files.has(name);
    if (isStrange && this.#doubts.isFull) this.#tickSoon();
    else this.#doubts.hint(name, now);
  }

  #tickSoon(): void {
    this.#nextTick = Math.min(this.#nextTick, this.#now() + this.#settings.settle.quiet);
    this.#alarm.ring();
  }

  /** The safety poll, and what is done every so often while anything stands in the way. */
  async #tick(signal: AbortSignal): Promise<void> {
    await this.#checkAnchor();
    await this.#scan(signal);
    this.#nextTick = Number.POSITIVE_INFINITY;
  }

  #nextMoment(): number | undefined {
    const ticks =
      this.#settings.pollInterval !== undefined || !this.#anchor.watching || this.#faults.size > 0;
    if (ticks) this.#nextTick = Math.min(this.#nextTick, this.#now() + this.#interval());
    const next = Math.min(this.#nextTick, this.#doubts.next() ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(next) ? next : undefined;
  }

  #interval(): number {
    return this.#settings.pollInterval ?? RETRY_INTERVAL;
  }

  /** Whether changes may have gone unnoticed. */
  async #checkAnchor(): Promise<boolean> {
    this.#suspect = false;
    const { moved, fault } = await this.#anchor.check();
    this.#faults.note('watch', this.#path, fault);
    return moved;
  }

  /** Puts in doubt whatever is not as the picture shows it. */
  async #scan(signal: AbortSignal): Promise<void> {
    const { every, names: named } = this.#covered;
    const { localDevice } = this.#anchor;
    const listed = every ? await this.#survey.list(localDevice) : [];
    if (!listed) return;
    const names = new Set(listed);
    for (const name of named) names.add(name);
    for (const name of this.#picture.files.keys()) names.add(name);
    this.#faults.keep((name) => names.has(name));
    for (const { name } of this.#doubts) names.delete(name);
    await this.#survey.glanceAt(names, localDevice, signal);
  }

  // What takes doubts away.

  /** Takes what newcomers ask for into the picture, as it is now: a consumer lists for itself once it is ready. */
  async #cover(signal: AbortSignal): Promise<void> {
    const seats = [...this.#newcomers];
    if (seats.length === 0) return;
    const names = new Set(seats.flatMap(({ name }) => name ?? []));
    const every = seats.some(({ name }) => name === undefined);
    if (every && !this.#covered.every)
      for (const name of (await this.#survey.list(undefined)) ?? []) names.add(name);
    const isCovered = (name: string) => this.#picture.files.has(name) || this.#covered.names.has(name);
    await this.#survey.take(
      [...names].filter((name) => !isCovered(name)),
      signal,
    );
    this.#covered.every ||= every;
    const doubts = [...this.#doubts];
    for (const seat of seats) {
      // It may have left in the meantime.
      if (!this.#newcomers.delete(seat)) continue;
      if (seat.name !== undefined) this.#covered.names.add(seat.name);
      for (const fault of this.#faults) if (this.#concerns(fault, seat)) seat.fault(fault);
      this.#waiting.set(seat, doubts);
    }
  }

  /**
   * Opens those whose doubts have settled: whoever lists in the middle of a save finds half a file, and would hear no
   * more of it if it ends as it was before.
   */
  #openSettled(): void {
    for (const [seat, doubts] of this.#waiting) {
      if (doubts.some(({ settled }) => !settled)) continue;
      this.#waiting.delete(seat);
      seat.open();
    }
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const due = this.#doubts.due(this.#now()).filter((doubt) => this.#isWanted(doubt));
    if (due.length === 0) return;
    const changes = await this.#examiner.examine(due, signal);
    if (changes.length > 0) publishChanges(this.#path, changes.length);
    for (const change of changes) this.#tell(change);
  }

  /** Whoever asked for it may have left. */
  #isWanted({ name }: Doubt): boolean {
    const wanted = this.#seats.wants(name);
    if (!wanted) this.#doubts.settle(name);
    return wanted;
  }

  #tell(change: Change): void {
    for (const seat of this.#seats.of(change.name)) {
      if (!this.#newcomers.has(seat) && !this.#waiting.has(seat)) seat.tell(change);
    }
  }

  #tellFault(fault: Fault): void {
    this.#logger?.warn(
      { directory: this.#path, err: fault.error },
      `directory watcher: cannot ${fault.doing}`,
    );
    publishDirectory(this.#path, 'fault', fault.error);
    // Newcomers are told of all that stands once their files are covered.
    for (const seat of this.#seats) {
      if (!this.#newcomers.has(seat) && this.#concerns(fault, seat)) seat.fault(fault);
    }
  }

  /** What is wrong with one file is of no interest to who asks for another. */
  #concerns({ name }: Fault, seat: Seat): boolean {
    return name === undefined || this.#seats.isFor(seat, name);
  }

  #now(): number {
    return this.#settings.clock.monotonic();
  }
}

/** Hints after which to look for what got lost. The system's queue holds 16384 for the whole process, by default. */
const LONG_BURST = 1000;
/** Milliseconds, where the poll is off. */
const RETRY_INTERVAL = 1000;
