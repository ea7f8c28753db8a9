import type { Change } from '../picture/difference.ts';
import type { Fault } from '../system/faults.ts';

/** One stream's place at an observation. */
export interface Seat {
  /** The watcher whose stream it is. */
  readonly owner: object;
  /** The one file that it asks for; undefined: every file that is neither hidden nor ignored. */
  readonly name: string | undefined;
  /** From here on every change is told. */
  open(): void;
  tell(change: Change): void;
  /** Takes a change that its consumer knows of: it only brings an event up to date that still waits for it. */
  tellKnown(change: Change): void;
  fault(fault: Fault): void;
  /** There is nothing more to come: an error that nothing here accounts for. */
  fail(error: unknown): void;
}

/** Who sits at an observation, and which names somebody wants. */
export class Seats {
  readonly #isIgnored: (name: string) => boolean;
  readonly #all = new Set<Seat>();
  /** Those who ask for every file. */
  readonly #ofEvery = new Set<Seat>();
  readonly #ofOne = new Map<string, Set<Seat>>();

  constructor(isIgnored: (name: string) => boolean) {
    this.#isIgnored = isIgnored;
  }

  add(seat: Seat): void {
    this.#all.add(seat);
    if (seat.name === undefined) this.#ofEvery.add(seat);
    else this.#ofOne.set(seat.name, (this.#ofOne.get(seat.name) ?? new Set()).add(seat));
  }

  remove(seat: Seat): void {
    this.#all.delete(seat);
    if (seat.name === undefined) {
      this.#ofEvery.delete(seat);
      return;
    }
    const others = this.#ofOne.get(seat.name);
    others?.delete(seat);
    if (others?.size === 0) this.#ofOne.delete(seat.name);
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Seat> {
    return this.#all[Symbol.iterator]();
  }

  /** Whether somebody asks for every file. */
  get everyFile(): boolean {
    return this.#ofEvery.size > 0;
  }

  /** Whether a change of this name is of interest to anybody here. */
  wants(name: string): boolean {
    return this.#ofOne.has(name) || (this.everyFile && this.isShown(name));
  }

  /** Whether a stream asks for this name. */
  isNamed(name: string): boolean {
    return this.#ofOne.has(name);
  }

  /** Whether a name belongs to "every file". */
  isShown(name: string): boolean {
    return !isHidden(name) && !this.#isIgnored(name);
  }

  /** Whether a change of this name is told to this seat. */
  isFor(seat: Seat, name: string): boolean {
    return seat.name === undefined ? this.isShown(name) : seat.name === name;
  }

  /** Those to whom a change of this name is told. */
  *of(name: string): Iterable<Seat> {
    yield* this.#ofOne.get(name) ?? [];
    if (this.everyFile && this.isShown(name)) yield* this.#ofEvery;
  }
}

/** Hidden files are left out where every file is asked for. */
function isHidden(name: string): boolean {
  return name.startsWith('.');
}
