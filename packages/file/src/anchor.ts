import { basename, dirname } from 'node:path';
import { type HintSink, openHints } from './hints.ts';
import { directoryIdentity, isAbsence } from './snapshot.ts';

export interface AnchorSink {
  /** Something happened to this name in the directory. */
  hint(name: string): void;
  /** Something happened in the directory, and the system does not say to what. */
  hintAny(): void;
  /** The directory may be another by now, or there again: `check` should be called. */
  suspect(): void;
}

/** What a check found. */
export interface AnchorCheck {
  /** Whether the directory is another than at the last check, or was gone, or is gone. */
  readonly moved: boolean;
  /** What stands in the way of being given notice; undefined when nothing does. */
  readonly fault: unknown;
}

/**
 * Holds the one OS watch on the directory that a path leads to, and moves it when the path leads elsewhere. While
 * there is no directory, the watch is on the nearest one above, so that its making is noticed.
 */
export class Anchor {
  readonly #path: string;
  readonly #polling: boolean;
  readonly #sink: AnchorSink;
  /** Of the directory at the last check; undefined when there was none. */
  #identity: string | undefined;
  #hints: Disposable | undefined;
  /** What `#hints` are of: the directory itself or one above it. */
  #hintsOf: string | undefined;

  constructor(path: string, polling: boolean, sink: AnchorSink) {
    this.#path = path;
    this.#polling = polling;
    this.#sink = sink;
  }

  /** Whether the system gives notice of what happens in the directory. */
  get watching(): boolean {
    return this.#hintsOf === this.#path;
  }

  async check(): Promise<AnchorCheck> {
    const before = this.#identity;
    let fault: unknown;
    try {
      const identity = await directoryIdentity(this.#path);
      if (identity === undefined) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
      if (identity !== this.#identity || (!this.watching && !this.#polling)) {
        this.#release();
        this.#identity = identity;
        if (!this.#polling) fault = await this.#watchDirectory(identity);
      }
    } catch (error) {
      fault = error;
      if (isAbsence(error)) {
        this.#identity = undefined;
        if (!this.#polling) await this.#watchAbove();
      }
    }
    return { moved: this.#identity !== before, fault };
  }

  close(): void {
    this.#release();
  }

  /**
   * The watch is by path and so is the identity: only when the identity is the same before and after is it certain
   * which directory the watch is on. Otherwise the next check has another try.
   */
  async #watchDirectory(identity: string): Promise<unknown> {
    try {
      this.#hold(this.#path, {
        hint: (name) => {
          // The directory itself goes by its own last name here, and may be what is meant.
          if (name === basename(this.#path)) this.#sink.suspect();
          this.#sink.hint(name);
        },
        hintAny: () => this.#sink.hintAny(),
        lost: () => this.#lost(),
      });
    } catch (error) {
      if (isAbsence(error)) this.#sink.suspect();
      return error;
    }
    if ((await directoryIdentity(this.#path)) === identity) return undefined;
    this.#release();
    this.#sink.suspect();
    return undefined;
  }

  async #watchAbove(): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const [above, next] = await nearestAbove(this.#path);
      if (this.#hintsOf === above) return;
      this.#release();
      try {
        this.#hold(above, {
          hint: (name) => {
            if (name === next || name === basename(above)) this.#sink.suspect();
          },
          hintAny: () => this.#sink.suspect(),
          lost: () => this.#lost(),
        });
      } catch {
        return; // The clock has to do.
      }
      // What was made before the watch stood is looked for once more, by going round.
      this.#sink.suspect();
    }
  }

  #hold(path: string, sink: HintSink): void {
    this.#hints = openHints(path, sink);
    this.#hintsOf = path;
  }

  #lost(): void {
    this.#release();
    this.#sink.suspect();
  }

  #release(): void {
    this.#hints?.[Symbol.dispose]();
    this.#hints = undefined;
    this.#hintsOf = undefined;
  }
}

/** The nearest directory above `path` that exists, and the name in it that leads on to `path`. */
async function nearestAbove(path: string): Promise<[above: string, next: string]> {
  let next = path;
  for (let above = dirname(path); ; next = above, above = dirname(above)) {
    if (above === dirname(above)) return [above, basename(next)];
    try {
      if ((await directoryIdentity(above)) !== undefined) return [above, basename(next)];
    } catch {
      // higher still
    }
  }
}
