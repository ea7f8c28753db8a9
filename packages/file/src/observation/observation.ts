import { harmlessLogger, type Logger } from '@watcher/core';
import { FileSystem } from '../fs/file-system.ts';
import { MountSources } from '../fs/mount-sources.ts';
import { defaultNotifier } from '../notify/default-notifier.ts';
import { DirectoryWatch } from '../notify/directory-watch.ts';
import { LinkTargets } from '../notify/link-targets.ts';
import type { Settings } from '../options.ts';
import { asItIs, type Change, shownOf } from '../picture/difference.ts';
import { Examiner } from '../picture/examiner.ts';
import { Picture } from '../picture/picture.ts';
import { type Doubt, Doubts } from '../picture/settle.ts';
import { Survey } from '../picture/survey.ts';
import { type Fault, Faults, faultError } from '../system/faults.ts';
import { type FileState, pathOf } from '../system/snapshot.ts';
import { Admission } from './admission.ts';
import { Alarm } from './alarm.ts';
import { publishChanges, publishDirectory } from './diagnostics.ts';
import { Expectations, type Owner } from './expectations.ts';
import { LoopLoad } from './loop-load.ts';
import { Notice } from './notice.ts';
import { PollPlan } from './poll-plan.ts';
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
  readonly #fileSystem: FileSystem;
  readonly #watch: DirectoryWatch;
  readonly #linkTargets: LinkTargets;
  readonly #mountSources: MountSources;
  readonly #doubts: Doubts;
  readonly #notice: Notice;
  readonly #faults: Faults;
  readonly #seats: Seats;
  readonly #picture = new Picture();
  readonly #survey: Survey;
  readonly #examiner: Examiner;
  readonly #admission: Admission;
  readonly #expectations: Expectations;
  readonly #pollPlan = new PollPlan();
  readonly #loopLoad = new LoopLoad();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #suspect = true;
  #nextTick = Number.POSITIVE_INFINITY;
  #crash: { readonly error: unknown } | undefined;

  constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
    this.#logger = settings.logger && harmlessLogger(settings.logger);
    const { clock, timeout } = settings;
    this.#fileSystem = new FileSystem({ clock, timeout, signal: this.#stop.signal });
    this.#alarm = new Alarm(clock);
    this.#doubts = new Doubts(settings.settle);
    this.#expectations = new Expectations(path, settings);
    this.#faults = new Faults(
      (fault) => this.#tellFault(fault),
      (fault) =>
        this.#logger?.info({ source: path, path: fault.path }, `directory watcher: can ${fault.doing} again`),
    );
    this.#seats = new Seats(settings.isIgnored);
    const isShown = (name: string) => this.#seats.isShown(name);
    const known = {
      settings,
      fileSystem: this.#fileSystem,
      picture: this.#picture,
      doubts: this.#doubts,
    };
    this.#notice = new Notice({ ...known, seats: this.#seats, lookAtAll: () => this.#tickSoon() });
    const isWanted = (name: string) => this.#seats.wants(name);
    this.#survey = new Survey(path, {
      ...known,
      faults: this.#faults,
      isShown,
      isNamed: (name) => this.#seats.isNamed(name),
      onLink: (name, seen) => {
        this.#linkTargets.update(name, isWanted(name) ? seen : undefined);
        // It may lead to a file that is mounted alone.
        if (seen !== undefined) this.#suspect = true;
      },
    });
    this.#examiner = new Examiner(path, { ...known, survey: this.#survey, isShown, isWanted });
    this.#admission = new Admission({
      ...known,
      survey: this.#survey,
      seats: this.#seats,
      scan: () => this.#scan(),
      onCovered: (seat) => this.#tellFaultsTo(seat),
    });
    const notifier = settings.polling ? undefined : defaultNotifier;
    this.#watch = new DirectoryWatch(path, notifier, this.#fileSystem, {
      changed: (name, isRename) => this.#hint(name, isRename),
      changedAny: () => this.#tickSoon(),
      suspect: () => {
        this.#suspect = true;
        this.#alarm.ring();
      },
    });
    this.#mountSources = new MountSources(path, this.#fileSystem);
    const isOwn = (identity: string) => identity === this.#watch.identity;
    this.#linkTargets = new LinkTargets(path, notifier, isOwn, this.#fileSystem, {
      changed: (name) => this.#hint(name, false),
      refused: (folder, error) => {
        this.#faults.note('watch', folder, error);
        this.#alarm.ring();
      },
      forgotten: (folder) => this.#faults.forget('watch', folder),
    });
    this.#running = this.#run(this.#stop.signal).catch((error) => {
      // The end of the watching ends whatever is being done.
      if (this.#stop.signal.aborted) return;
      for (const seat of this.#seats) seat.fail(error);
    });
  }

  join(seat: Seat): void {
    this.#seats.add(seat);
    this.#admission.join(seat);
    this.#alarm.ring();
  }

  /** Whether anybody is left. */
  leave(seat: Seat): boolean {
    this.#seats.remove(seat);
    this.#admission.leave(seat);
    const wanted = (name: string) => this.#seats.wants(name);
    this.#admission.keep(wanted, this.#seats.everyFile);
    this.#picture.keep(wanted);
    this.#faults.keep(wanted);
    this.#linkTargets.keep(wanted);
    return this.#seats.size > 0;
  }

  /**
   * Keeps the event of a write from the streams of the watcher that announces it. Returns a function that withdraws the
   * announcement, and returns whether it was still pending.
   */
  expect(owner: Owner, name: string, hash: string): () => boolean {
    const cancel = this.#expectations.add(owner, name, hash);
    this.#alarm.ring();
    return cancel;
  }

  /** Resolves when the OS watch is closed and nothing is being read any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#logger?.debug({ source: this.#path }, 'directory watcher opened');
    publishDirectory(this.#path, 'opened');
    try {
      while (!signal.aborted) {
        if (this.#suspect && (await this.#checkWatch())) await this.#scan();
        await this.#admission.cover(signal);
        if (this.#now() >= this.#nextTick) await this.#tick();
        for (const name of this.#expectations.due()) this.#doubts.hint(name, this.#now());
        await this.#settle(signal);
        if (this.#crash) throw this.#crash.error;
        this.#admission.openSettled();
        if (!this.#suspect && !this.#admission.anyNewcomer)
          await this.#alarm.until(this.#nextMoment(), signal);
      }
    } finally {
      await Promise.all([this.#watch.close(), this.#linkTargets.close()]);
      this.#logger?.debug({ source: this.#path }, 'directory watcher closed');
      publishDirectory(this.#path, 'closed');
    }
  }

  // What puts names in doubt.

  #hint(name: string, moved: boolean): void {
    try {
      // Elsewhere a name may be notified of late, or together with what is written.
      this.#notice.take(name, moved && this.#watch.isNotifiedOfAll);
    } catch (error) {
      this.#crash ??= { error };
    }
    this.#alarm.ring();
  }

  #tickSoon(): void {
    this.#nextTick = Math.min(this.#nextTick, this.#now() + this.#settings.settle.quiet);
    this.#alarm.ring();
  }

  /** The safety poll, and what is done every so often while anything stands in the way. */
  async #tick(): Promise<void> {
    // First: what happens to be noticed in the middle of it may need another.
    this.#nextTick = Number.POSITIVE_INFINITY;
    this.#linkTargets.retry();
    await this.#checkWatch();
    await this.#scan();
  }

  #nextMoment(): number | undefined {
    const ticks = this.#settings.pollInterval !== undefined || !this.#watch.watching || this.#faults.size > 0;
    if (ticks) this.#nextTick = Math.min(this.#nextTick, this.#now() + this.#interval());
    const doubtsNext = this.#doubts.next() ?? Number.POSITIVE_INFINITY;
    const next = Math.min(this.#nextTick, doubtsNext, this.#expectations.next());
    return Number.isFinite(next) ? next : undefined;
  }

  #interval(): number {
    return this.#settings.pollInterval ?? RETRY_INTERVAL;
  }

  /** Whether changes may have gone unnoticed. Then equal times prove nothing, either. */
  async #checkWatch(): Promise<boolean> {
    this.#suspect = false;
    const { moved, fault } = await this.#watch.check();
    this.#stop.signal.throwIfAborted();
    this.#faults.note('watch', this.#path, fault);
    for (const { path, name, error } of await this.#mountSources.check(this.#namesOfMounts())) {
      this.#faults.note('follow', path, error, name);
    }
    if (moved) {
      this.#survey.forgetListing();
      this.#survey.rereadAll();
    }
    return moved;
  }

  /** Puts in doubt whatever is not as the picture shows it. */
  async #scan(): Promise<void> {
    this.#fileSystem.refresh();
    const listed = await this.#listed();
    await this.#survey.glanceAt(this.#withoutDoubts(this.#namesToCompare(listed)));
    this.#loopLoad.reset();
  }

  *#namesToCompare(listed: readonly string[] | undefined): Iterable<string> {
    const isNotified = this.#watch.isNotifiedOfAll && !this.#loopLoad.isHigh;
    const turn = isNotified ? this.#pollPlan.turn(listed) : undefined;
    if (turn) {
      yield* turn;
      yield* this.#admission.coveredNames;
    } else {
      const names = new Set(this.#admission.coveredNames);
      if (listed) {
        for (const name of listed) names.add(name);
        for (const name of this.#picture.files.keys()) {
          // A file may still be found under a name that is not listed any more, where case does not matter.
          if (!names.has(name)) this.#doubts.hint(name, this.#now());
          names.add(name);
        }
        this.#faults.keep((name) => names.has(name));
      }
      yield* this.#pollPlan.begin(listed, [...names]);
    }
    // Some come twice: to compare a name again costs less than to look for it.
    yield* this.#unnotified();
  }

  /** What may change without a notification in the directory. */
  *#unnotified(): Iterable<string> {
    yield* this.#picture.unnotified();
    yield* this.#faults.names();
    yield* this.#mountPoints();
  }

  *#mountPoints(): Iterable<string> {
    const place = this.#fileSystem.locate(this.#path);
    for (const name of this.#fileSystem.mountPointsIn(place)) if (this.#seats.wants(name)) yield name;
  }

  /** Names that may be those of files that are mounted alone. */
  *#namesOfMounts(): Iterable<string> {
    yield* this.#mountPoints();
    yield* this.#picture.links;
  }

  *#withoutDoubts(names: Iterable<string>): Iterable<string> {
    for (const name of names) if (!this.#doubts.get(name)) yield name;
  }

  /** Every file, if that is asked for; undefined when they cannot be told, and a file asked for by name still can. */
  async #listed(): Promise<readonly string[] | undefined> {
    if (this.#admission.coversEvery) return this.#survey.list();
    this.#faults.forget('list', this.#path);
    return NONE;
  }

  // What takes doubts away.

  async #settle(signal: AbortSignal): Promise<void> {
    const due = this.#doubts.due(this.#now()).filter((doubt) => this.#isWanted(doubt));
    if (due.length === 0) return;
    const before = new Map(due.map(({ name }) => [name, this.#picture.files.get(name)]));
    const changes = await this.#examiner.examine(due, signal);
    if (changes.length > 0) publishChanges(this.#path, changes.length);
    const expected = this.#endExpectations(due, changes, before);
    for (const change of changes) this.#tell(change, expected.get(change.name));
    this.#tellUnexpected(expected, changes);
    // A stream that has just opened may have shown its consumer what an expected write replaced.
    const told = changes.filter(({ name }) => !expected.has(name));
    for (const [seat, name] of this.#admission.undone(told))
      seat.tell(asItIs(name, this.#picture.files.get(name)));
  }

  /** Ends the expectations of the names that have settled, each by what its owners know of the file from now on. */
  #endExpectations(
    due: readonly Doubt[],
    changes: readonly Change[],
    before: ReadonlyMap<string, FileState | undefined>,
  ): ReadonlyMap<string, Outcomes> {
    const expected = new Map<string, Outcomes>();
    // A look that failed shows nothing: the one after the fault counts.
    const isLookedAt = ({ name, settled }: Doubt) =>
      settled && !this.#faults.stands('read', pathOf(this.#path, name));
    const lookedAt = due.filter(isLookedAt).map(({ name }) => name);
    for (const name of new Set([...lookedAt, ...changes.map((change) => change.name)])) {
      const outcomes = this.#expectations.settle(name, before.get(name), this.#picture.files.get(name));
      if (outcomes.size > 0) expected.set(name, outcomes);
    }
    return expected;
  }

  /**
   * Tells the owners of expectations that another content was found where that is no change: their write was undone
   * before it settled, or did not happen.
   */
  #tellUnexpected(expected: ReadonlyMap<string, Outcomes>, changes: readonly Change[]): void {
    const changed = new Set(
      changes.filter((change) => !('state' in change && change.same)).map(({ name }) => name),
    );
    for (const [name, outcomes] of expected) {
      if (changed.has(name)) continue;
      for (const seat of this.#seats.of(name)) {
        const isUnexpected = outcomes.get(seat.owner) === false && this.#admission.isOpen(seat);
        if (isUnexpected) seat.tell(asItIs(name, this.#picture.files.get(name)));
      }
    }
  }

  /** Whoever asked for it may have left. */
  #isWanted({ name }: Doubt): boolean {
    const wanted = this.#seats.wants(name);
    if (!wanted) {
      this.#doubts.settle(name);
      this.#expectations.forget(name);
    }
    return wanted;
  }

  /** Whether somebody else asks for a hidden name makes no difference to anybody. */
  #tell(change: Change, outcomes: Outcomes | undefined): void {
    const shown = shownOf(change, (name) => this.#seats.isShown(name));
    if (!shown) return;
    for (const seat of this.#seats.of(change.name)) {
      if (!this.#admission.isOpen(seat)) continue;
      if ('state' in shown && outcomes?.get(seat.owner)) seat.tellKnown(shown);
      else seat.tell(shown);
    }
  }

  #tellFault(fault: Fault): void {
    const err = faultError(fault, this.#path);
    const fields = { source: this.#path, path: fault.path, code: err.code, err };
    this.#logger?.warn(fields, `directory watcher: cannot ${fault.doing}`);
    publishDirectory(this.#path, 'fault', fault.error);
    // Newcomers are told of all that stands once their files are covered.
    for (const seat of this.#seats) {
      if (this.#admission.isCovered(seat) && this.#concerns(fault, seat)) seat.fault(fault);
    }
  }

  #tellFaultsTo(seat: Seat): void {
    for (const fault of this.#faults) if (this.#concerns(fault, seat)) seat.fault(fault);
  }

  /** What is wrong with one file is of no interest to who asks for another, nor the list to who asks for one. */
  #concerns({ doing, name }: Fault, seat: Seat): boolean {
    if (doing === 'list') return seat.name === undefined;
    return name === undefined || this.#seats.isFor(seat, name);
  }

  #now(): number {
    return this.#settings.clock.monotonic();
  }
}

/** Whether each watcher that expected a write of a name found its content. */
type Outcomes = ReadonlyMap<Owner, boolean>;

const NONE: readonly string[] = [];

/** Milliseconds, where the poll is off. */
const RETRY_INTERVAL = 1000;
