import type { Change } from '../picture/difference.ts';
import type { Picture } from '../picture/picture.ts';
import { type Doubt, type Doubts, isOnlyYoung } from '../picture/settle.ts';
import type { Survey } from '../picture/survey.ts';
import type { Seat, Seats } from './seats.ts';

export interface AdmissionParts {
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly survey: Survey;
  readonly seats: Seats;
  /** Puts in doubt whatever is not as the picture shows it. */
  readonly scan: () => Promise<void>;
  /** Called with a seat once its files are covered: it is to be told of the faults that stand. */
  readonly onCovered: (seat: Seat) => void;
}

/**
 * Lets seats in: what they ask for is taken into the picture, and they are open once what was in doubt then has settled.
 */
export class Admission {
  readonly #parts: AdmissionParts;
  /** Whether the picture holds every file. */
  #every = false;
  /** The names that it holds besides. One that is not in it is known to be absent. */
  readonly #names = new Set<string>();
  /** Seats whose files are not covered yet. */
  readonly #newcomers = new Set<Seat>();
  /** Seats that are not open yet, and what was in doubt when their files were covered. */
  readonly #waiting = new Map<Seat, readonly Doubt[]>();
  /** What was in doubt when a seat opened: its consumer may have read what nobody else will ever hear of. */
  readonly #unsure = new Map<Seat, Set<Doubt>>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  join(seat: Seat): void {
    this.#newcomers.add(seat);
  }

  leave(seat: Seat): void {
    this.#newcomers.delete(seat);
    this.#waiting.delete(seat);
    this.#unsure.delete(seat);
  }

  /** Covers no more than somebody wants. */
  keep(wanted: (name: string) => boolean, everyFile: boolean): void {
    this.#every &&= everyFile;
    for (const name of this.#names) if (!wanted(name)) this.#names.delete(name);
  }

  get coversEvery(): boolean {
    return this.#every;
  }

  get coveredNames(): Iterable<string> {
    return this.#names;
  }

  get anyNewcomer(): boolean {
    return this.#newcomers.size > 0;
  }

  isCovered(seat: Seat): boolean {
    return !this.#newcomers.has(seat);
  }

  isOpen(seat: Seat): boolean {
    return this.isCovered(seat) && !this.#waiting.has(seat);
  }

  /**
   * Takes what newcomers ask for into the picture, as it is now: a consumer lists for itself once it is ready. What the
   * picture holds already may have changed without notice, and is compared first.
   */
  async cover(signal: AbortSignal): Promise<void> {
    const newcomers = [...this.#newcomers];
    if (newcomers.length === 0) return;
    const { picture, doubts, survey, seats, onCovered, scan } = this.#parts;
    // Known is what is covered: of the rest the picture may hold what a seat left behind, long since another.
    const isKnown = (name: string) => this.#names.has(name) || (this.#every && seats.isShown(name));
    picture.keep(isKnown);
    await scan();
    const names = new Set(newcomers.flatMap(({ name }) => name ?? []));
    const every = newcomers.some(({ name }) => name === undefined);
    if (every && !this.#every) for (const name of (await survey.list()) ?? []) names.add(name);
    await survey.take(
      [...names].filter((name) => !isKnown(name)),
      signal,
    );
    const inDoubt = [...doubts];
    for (const seat of newcomers) {
      // It may have left in the meantime.
      if (!this.#newcomers.delete(seat)) continue;
      if (seat.name === undefined) this.#every = true;
      else this.#names.add(seat.name);
      this.#waiting.set(seat, inDoubt);
      // Being told of a fault, it may leave.
      onCovered(seat);
    }
  }

  /**
   * Opens those whose doubts have settled: whoever lists in the middle of a save finds half a file, and would hear no
   * more of it if it ends as it was before.
   */
  openSettled(): void {
    for (const [seat, doubts] of this.#waiting) {
      if (doubts.some(({ settled }) => !settled)) continue;
      this.#waiting.delete(seat);
      const unsure = [...this.#parts.doubts].filter((doubt) => this.#isUnsure(seat, doubt));
      if (unsure.length > 0) this.#unsure.set(seat, new Set(unsure));
      seat.open();
    }
  }

  /**
   * The names that came into doubt too late for a seat to wait for them, and that have settled since as they were
   * before: its consumer may have read what they were in between.
   */
  *undone(changes: readonly Change[]): Iterable<[seat: Seat, name: string]> {
    const changed = new Set(changes.map(({ name }) => name));
    for (const [seat, doubts] of this.#unsure) {
      for (const doubt of doubts) {
        if (!doubt.settled) continue;
        doubts.delete(doubt);
        if (!changed.has(doubt.name)) yield [seat, doubt.name];
      }
      if (doubts.size === 0) this.#unsure.delete(seat);
    }
  }

  #isUnsure(seat: Seat, doubt: Doubt): boolean {
    const { seats, picture } = this.#parts;
    return seats.isFor(seat, doubt.name) && !isOnlyYoung(doubt, picture.files.get(doubt.name));
  }
}
