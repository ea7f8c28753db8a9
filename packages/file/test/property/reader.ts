import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Action, type FileEvent, isForceReload } from '@watcher/events';
import { lineOf } from '../support/recorder.ts';

type Files = Map<string, string | undefined>;

/** A consumer who knows files by their events alone: it reads one when told of it, and at no other time. */
export class EventReader {
  /** What it takes the files to contain. */
  readonly files: Files;
  readonly log: string[] = [];
  /** Events that make no sense after those before them. */
  readonly nonsense: string[] = [];
  readonly #directory: string;

  /** It begins with what there is. */
  constructor(directory: string, isOurs: (name: string) => boolean) {
    this.#directory = directory;
    this.files = listing(directory, isOurs);
  }

  take(event: FileEvent): void {
    this.log.push(lineOf(event));
    const { action, actorName: name } = event;
    if (isForceReload(event) || this.files.has(name) === (action === Action.FileCreated)) {
      this.nonsense.push(lineOf(event));
    }
    if (action === Action.FileDeleted || action === Action.FileRenamed) this.files.delete(name);
    else this.files.set(name, read(join(this.#directory, name)));
  }
}

/** The files among `isOurs`, and the content of each. */
export function listing(directory: string, isOurs: (name: string) => boolean): Files {
  const names = readdirSync(directory).filter((name) => isOurs(name) && isFile(join(directory, name)));
  return new Map(names.map((name) => [name, read(join(directory, name))]));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
