import type { Settings } from '../options.ts';
import { type Faults, isAbsence } from '../system/faults.ts';
import { glance } from '../system/glance.ts';
import {
  type FileState,
  isPlainName,
  type Look,
  listNames,
  look,
  pathOf,
  sameStat,
} from '../system/snapshot.ts';
import type { Picture } from './picture.ts';
import type { Doubts } from './settle.ts';

export interface SurveyParts {
  readonly settings: Settings;
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly faults: Faults;
  /** Whether a name belongs to "every file". */
  readonly isShown: (name: string) => boolean;
}

/** Looks at what is in the directory, and notes what stands in the way. */
export class Survey {
  readonly #path: string;
  readonly #parts: SurveyParts;

  constructor(path: string, parts: SurveyParts) {
    this.#path = path;
    this.#parts = parts;
  }

  /** Every shown name in the directory; undefined when that cannot be told. */
  async list(): Promise<string[] | undefined> {
    let error: unknown;
    try {
      const names = await listNames(this.#path);
      return names.filter((name) => isPlainName(name) && this.#parts.isShown(name));
    } catch (cause) {
      if (isAbsence(cause)) return [];
      error = cause;
      return undefined;
    } finally {
      this.#parts.faults.note('list', this.#path, error);
    }
  }

  /** Looks at each of the names, a few at a time, and hands on what it finds in whatever order. */
  async lookAt(
    names: readonly string[],
    signal: AbortSignal,
    each: (name: string, found: Look) => void,
  ): Promise<void> {
    const { settings, faults, picture } = this.#parts;
    let next = 0;
    const lookOn = async () => {
      while (next < names.length && !signal.aborted) {
        const name = names[next++] as string;
        const found = await look(this.#path, name, settings.contentLimit);
        faults.note('read', pathOf(this.#path, name), 'fault' in found ? found.fault : undefined);
        if (found.kind !== 'unknown') picture.setLink(name, found.via);
        each(name, found);
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, names.length) }, lookOn));
  }

  /** Takes the names into the picture as they are now, without a word to anyone. */
  async take(names: readonly string[], signal: AbortSignal): Promise<void> {
    const { settings, picture, doubts } = this.#parts;
    const { clock } = settings;
    // By this machine's clock, which may not be the file's: this only spares a look at what is surely old.
    const recently = BigInt(Math.floor(clock.now()) - RECENT) * 1_000_000n;
    await this.lookAt(names, signal, (name, found) => {
      if (found.kind !== 'file' && found.kind !== 'unstable') return;
      picture.set(name, found.state);
      if (found.state.ctimeNs > recently) picture.markYoung(name, clock.monotonic());
      if (found.kind === 'unstable') doubts.hint(name, clock.monotonic());
    });
  }

  /**
   * Puts in doubt each of the names that a glance shows to be new. `localDevice` is that of the directory, if it is on
   * one of this machine.
   */
  async glanceAt(
    names: readonly string[],
    localDevice: bigint | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, picture, doubts, faults } = this.#parts;
    const { files } = picture;
    // What is mounted in it, or linked to, may be anywhere.
    const isNear = (name: string) =>
      localDevice !== undefined && files.get(name)?.dev === localDevice && !picture.isLink(name);
    await glance(this.#path, names, isNear, signal, (name, seen) => {
      const known = files.get(name);
      const now = settings.clock.monotonic();
      // Hinted in the meantime, it may have changed since.
      if (doubts.get(name)) return;
      if (seen === 'absent') {
        if (known) doubts.hint(name, now);
      } else if ('error' in seen) {
        faults.note('read', pathOf(this.#path, name), seen.error);
      } else if (!known || !sameStat(known, seen) || this.#mayHideAWrite(name, known, now)) {
        doubts.hint(name, now).seen = seen;
      }
    });
  }

  #mayHideAWrite(name: string, known: FileState, now: number): boolean {
    const { picture, faults } = this.#parts;
    if (known.content !== 'whole' && faults.stands('read', pathOf(this.#path, name))) return true;
    return picture.isYoung(name, now);
  }
}

/** Files read at once. */
const READERS = 4;
/** Milliseconds within which a file's last change may have a successor with the same times. */
const RECENT = 60_000;
