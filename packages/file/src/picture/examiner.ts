import type { FileSystem } from '../fs/file-system.ts';
import type { Settings } from '../options.ts';
import { type FileState, sameStat } from '../system/snapshot.ts';
import { type Change, difference, type Found, remembered } from './difference.ts';
import type { Picture } from './picture.ts';
import { findRenames } from './renames.ts';
import { type Doubt, type Doubts, lookAgainAt } from './settle.ts';
import type { Survey } from './survey.ts';

export interface ExaminerParts {
  readonly settings: Settings;
  readonly fileSystem: FileSystem;
  readonly picture: Picture;
  readonly doubts: Doubts;
  readonly survey: Survey;
  readonly isShown: (name: string) => boolean;
  readonly isWanted: (name: string) => boolean;
}

/** Settles names in doubt: looks at them, and says what has changed. */
export class Examiner {
  readonly #path: string;
  readonly #parts: ExaminerParts;

  constructor(path: string, parts: ExaminerParts) {
    this.#path = path;
    this.#parts = parts;
  }

  /** What has changed among `due`, which the picture shows from now on. A name that cannot be settled yet stays in doubt. */
  async examine(due: readonly Doubt[], signal: AbortSignal): Promise<Change[]> {
    const { fileSystem, picture, doubts, isShown, isWanted } = this.#parts;
    fileSystem.refresh();
    const hintsBefore = new Map(due.map(({ name, hints }) => [name, hints]));
    const found = await this.#settled(hintsBefore, signal);
    if (signal.aborted || found.size === 0) return [];
    const now = this.#now();
    const known = { directory: this.#path, fileSystem, picture, doubts };
    const moves = await findRenames(found, { ...known, isShown, isWanted, now });
    if (signal.aborted) return [];
    this.#putOffHinted(found, moves, hintsBefore);
    return this.#accept(found, moves, hintsBefore);
  }

  /** Those of the names that can be believed, as they are. */
  async #settled(
    hintsBefore: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<Map<string, FileState | undefined>> {
    const { settings, picture, doubts, survey } = this.#parts;
    const found = new Map<string, FileState | undefined>();
    let isEarly = false;
    await survey.lookAt([...hintsBefore.keys()], signal, (name, seen) => {
      const doubt = doubts.get(name);
      if (!doubt) return;
      const known = picture.files.get(name);
      const hints = hintsBefore.get(name) ?? 0;
      const isKnownElsewhere = 'state' in seen && picture.hasInode(seen.state.ino);
      const now = this.#now();
      const again = lookAgainAt(doubt, seen, known, hints, now, settings.settle, isKnownElsewhere);
      isEarly ||= again === undefined && doubt.moved;
      if (again !== undefined) doubt.due = again;
      else if (seen.kind === 'absent') found.set(name, undefined);
      else if (seen.kind !== 'unknown') found.set(name, seen.state);
      else this.#giveUp(name);
    });
    if (isEarly) await queuedNotifications();
    return found;
  }

  /** A fault stands in the way of looking. The ticks go on until it is gone, and then the content is read again. */
  #giveUp(name: string): void {
    const { doubts, picture } = this.#parts;
    doubts.settle(name);
    picture.markYoung(name, this.#now());
  }

  /**
   * Looking at many takes a while, and one that was seen first may be in the middle of the next save by now. It stays
   * in doubt, unless it has been held back for as long as any may be; and its old name with it.
   */
  #putOffHinted(
    found: Map<string, FileState | undefined>,
    moves: Map<string, string>,
    hintsBefore: ReadonlyMap<string, number>,
  ): void {
    const { settings, doubts } = this.#parts;
    const now = this.#now();
    for (const name of [...found.keys()]) {
      const doubt = doubts.get(name);
      const isHinted = doubt !== undefined && doubt.hints !== (hintsBefore.get(name) ?? doubt.hints);
      if (isHinted && now < doubt.since + settings.settle.bound) found.delete(name);
    }
    for (const [old, name] of [...moves]) {
      // A new name that nobody looked at is told with the old one, and nothing follows.
      const isPutOff = !found.has(old) || (hintsBefore.has(name) && !found.has(name));
      if (!isPutOff) continue;
      moves.delete(old);
      const pair = [old, name].flatMap((each) => doubts.get(each) ?? []);
      const due = Math.max(...pair.map((doubt) => doubt.due));
      for (const doubt of pair) doubt.due = due;
      for (const each of [old, name]) found.delete(each);
    }
  }

  #accept(
    found: Found,
    moves: ReadonlyMap<string, string>,
    hintsBefore: ReadonlyMap<string, number>,
  ): Change[] {
    const { settings, picture, doubts } = this.#parts;
    const changes = difference(picture.files, found, moves, settings.rewrites);
    const changed = new Set(changes.map(({ name }) => name));
    const now = this.#now();
    for (const [name, state] of found) {
      const doubt = doubts.get(name);
      doubts.settle(name);
      // What was hinted since may be newer than what was seen; and what is torn must be looked at again in any case.
      if (doubt && (doubt.hints !== hintsBefore.get(name) || state?.content === 'torn'))
        doubts.hint(name, now);
      if (!state) {
        picture.delete(name);
        continue;
      }
      const before = picture.files.get(name);
      picture.set(name, changed.has(name) ? state : remembered(before, state));
      // Told or not: whatever gave it its times may be followed by a write within the same tick.
      if (!before || changed.has(name) || !sameStat(before, state)) picture.markYoung(name, now);
    }
    return changes;
  }

  #now(): number {
    return this.#parts.settings.clock.monotonic();
  }
}

/** Resolves when what the system has notified of so far was received: its queue is read once a turn of the loop. */
async function queuedNotifications(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
