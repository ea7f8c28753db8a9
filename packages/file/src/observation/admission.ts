import type { Picture } from '../picture/picture.ts';
import type { Doubt, Doubts } from '../picture/settle.ts';
import type { Survey } from '../picture/survey.ts';
import type { Seat } from './seats.ts';

export interface AdmissionParts {
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly survey: Survey;
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

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  join(seat: Seat): void {
    this.#newcomers.add(seat);
  }

  leave(seat: Seat): void {
    this.#newcomers.delete(seat);
    this.#waiting.delete(seat);
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

  /** Takes what newcomers ask for into the picture, as it is now: a consumer lists for itself once it is ready. */
  async cover(signal: AbortSignal): Promise<void> {
    const seats = [...this.#newcomers];
    if (seats.length === 0) return;
    const { picture, doubts, survey, onCovered } = this.#parts;
    const names = new Set(seats.flatMap(({ name }) => name ?? []));
    const every = seats.some(({ name }) => name === undefined);
    if (every && !this.#every) for (const name of (await survey.list(undefined)) ?? []) names.add(name);
    const isKnown = (name: string) => picture.files.has(name) || this.#names.has(name);
    await survey.take(
      [...names].filter((name) => !isKnown(name)),
      signal,
    );
    this.#every ||= every;
    const inDoubt = [...doubts];
    for (const seat of seats) {
      // It may have left in the meantime.
      if (!this.#newcomers.delete(seat)) continue;
      if (seat.name !== undefined) this.#names.add(seat.name);
      onCovered(seat);
      this.#waiting.set(seat, inDoubt);
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
      seat.open();
    }
  }
}
