import type { FileSystem } from '../fs/file-system.ts';
import type { SeenTarget } from '../notify/link-targets.ts';
import type { Settings } from '../options.ts';
import { type Faults, isAbsence } from '../system/faults.ts';
import { glance } from '../system/glance.ts';
import { Listing } from '../system/listing.ts';
import { type Look, look, pathOf, sameStat } from '../system/snapshot.ts';
import type { Picture } from './picture.ts';
import type { Doubts } from './settle.ts';
import { Spellings } from './spellings.ts';

export interface SurveyParts {
  readonly settings: Settings;
  readonly fileSystem: FileSystem;
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly faults: Faults;
  /** Whether a name belongs to "every file". */
  readonly isShown: (name: string) => boolean;
  /** Whether a name counts although the directory lists another spelling of it: it is asked for. */
  readonly isNamed: (name: string) => boolean;
  /** Called after a look at a name with what a symlink leads to; with undefined for any other name. */
  readonly onLink: (name: string, seen: SeenTarget | undefined) => void;
}

/** Looks at what is in the directory, and notes what stands in the way. */
export class Survey {
  readonly #path: string;
  readonly #parts: SurveyParts;
  readonly #listing: Listing;
  readonly #spellings: Spellings;
  #latest: { readonly listed: readonly string[]; readonly shown: readonly string[] } | undefined;

  constructor(path: string, parts: SurveyParts) {
    this.#path = path;
    this.#parts = parts;
    this.#listing = new Listing(path, parts.fileSystem);
    this.#spellings = new Spellings(path, parts.fileSystem);
  }

  /** The directory may be another one: what was listed before proves nothing. */
  forgetListing(): void {
    this.#listing.forget();
    this.#spellings.forget();
  }

  /**
   * Every shown name in the directory; the same array as the last time where they are certain to be the same. Undefined
   * when the names cannot be told.
   */
  async list(): Promise<readonly string[] | undefined> {
    const { settings, faults, fileSystem, isShown } = this.#parts;
    let listed: readonly string[];
    try {
      listed = await this.#listing.names(settings.clock.now());
    } catch (error) {
      if (fileSystem.signal.aborted) return undefined;
      const isGone = isAbsence(error);
      faults.note('list', this.#path, isGone ? undefined : error);
      return isGone ? [] : undefined;
    }
    faults.note('list', this.#path, undefined);
    if (listed !== this.#latest?.listed) this.#latest = { listed, shown: listed.filter(isShown) };
    return this.#latest.shown;
  }

  /** Looks at each of the names, a few at a time, and hands on what it finds in whatever order. */
  async lookAt(
    names: readonly string[],
    signal: AbortSignal,
    each: (name: string, found: Look) => void,
  ): Promise<void> {
    let next = 0;
    const respelled = await this.#respelled(names);
    const lookOn = async () => {
      while (next < names.length && !signal.aborted) {
        const name = names[next++] as string;
        const found = respelled.has(name) ? ABSENT : await this.#look(name);
        if (found) each(name, found);
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, names.length) }, lookOn));
  }

  /**
   * Returns the names under which the file system finds files that it lists in another spelling. Those are not there;
   * what happened to them may have happened to the listed ones.
   */
  async #respelled(names: readonly string[]): Promise<ReadonlySet<string>> {
    const { settings, doubts, isShown, isNamed } = this.#parts;
    const unlisted = await this.#spellings.unlisted(names.filter((name) => !isNamed(name)));
    const now = settings.clock.monotonic();
    for (const spellings of unlisted.values()) {
      for (const name of spellings) if (isShown(name) && !names.includes(name)) doubts.hint(name, now);
    }
    return new Set(unlisted.keys());
  }

  /** Undefined once the watching has ended. */
  async #look(name: string): Promise<Look | undefined> {
    const { settings, fileSystem, faults, picture, onLink } = this.#parts;
    let found: Look;
    try {
      found = await look(this.#path, name, settings.contentLimit, fileSystem);
    } catch (error) {
      if (fileSystem.signal.aborted) return undefined;
      throw error;
    }
    faults.note('read', pathOf(this.#path, name), 'fault' in found ? found.fault : undefined, name);
    if (found.kind !== 'unknown') {
      picture.setLink(name, found.via);
      onLink(name, found.via && ('state' in found ? found.state : 'absent'));
    }
    return found;
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

  /** Puts in doubt each of the names that a glance shows to be new, and those whose content has to be read to be known. */
  async glanceAt(names: Iterable<string>): Promise<void> {
    const { settings, fileSystem, picture, doubts, faults } = this.#parts;
    const { files } = picture;
    const isLink = (name: string) => picture.isLink(name);
    await glance(this.#path, names, isLink, fileSystem, (name, seen) => {
      const known = files.get(name);
      // All but always nothing is new, and at a thousand files a second this is what idling costs.
      if (known && seen !== 'absent' && !('error' in seen) && sameStat(known, seen) && this.#isCalm) return;
      // Hinted in the meantime, it may have changed since.
      if (doubts.get(name)) return;
      const now = settings.clock.monotonic();
      if (seen === 'absent') {
        if (known) doubts.hint(name, now);
        else faults.note('read', pathOf(this.#path, name), undefined, name);
      } else if ('error' in seen) {
        faults.note('read', pathOf(this.#path, name), seen.error, name);
      } else if (!known || !sameStat(known, seen) || this.#mayHideAWrite(name, now)) {
        doubts.hint(name, now).seen = seen;
      }
    });
    this.#reread(picture.dueRereads(settings.clock.monotonic()));
  }

  /** Has every file read again, whatever its stat says. */
  rereadAll(): void {
    this.#reread(this.#parts.picture.files.keys());
  }

  #reread(names: Iterable<string>): void {
    const { settings, picture, doubts } = this.#parts;
    const now = settings.clock.monotonic();
    for (const name of names) {
      const known = picture.files.get(name);
      if (known && !doubts.get(name)) doubts.hint(name, now).seen = known;
    }
  }

  /** Whether no file's times may hide a write. */
  get #isCalm(): boolean {
    return this.#parts.faults.size === 0 && !this.#parts.picture.anyYoung;
  }

  #mayHideAWrite(name: string, now: number): boolean {
    const { picture, faults } = this.#parts;
    if (faults.size > 0 && faults.stands('read', pathOf(this.#path, name))) return true;
    return picture.isYoung(name, now);
  }
}

const ABSENT: Look = { kind: 'absent', via: undefined };

/** Files read at once. */
const READERS = 4;
/** Milliseconds within which a file's last change may have a successor with the same times. */
const RECENT = 60_000;
