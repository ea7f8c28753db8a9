import { readdirSync, readFileSync, statSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Action, type FileEvent, formatEvent, isForceReload } from '@watcher/events';

/** A consumer who knows a directory by its events alone: it reads a file when told of it, and at no other time. */
export class EventReader {
  readonly #directory: string;
  /** What it takes the files to contain. */
  readonly files: Map<string, string | undefined>;
  readonly log: string[] = [];
  /** Events that make no sense after those before them. */
  readonly nonsense: string[] = [];
  #passed: ((line: string) => void) | undefined;

  /** Begins with the directory's listing. */
  constructor(directory: string) {
    this.#directory = directory;
    this.files = listing(directory);
  }

  take(event: FileEvent): void {
    const line = formatEvent(event);
    this.log.push(line);
    this.#passed?.(line);
    if (isForceReload(event)) return void this.nonsense.push(line);
    const { action, actorName: name } = event;
    if (this.files.has(name) === (action === Action.FileCreated)) this.nonsense.push(line);
    if (action === Action.FileDeleted || action === Action.FileRenamed) this.files.delete(name);
    else this.files.set(name, read(join(this.#directory, name)));
  }

  /** Resolves when whatever was done before must have been told. */
  async fence(): Promise<void> {
    const path = join(this.#directory, FENCE);
    for (const [word, act] of [
      ['created', () => writeFile(path, '')],
      ['deleted', () => unlink(path)],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#passed = (line) => line === `${word} ${FENCE}` && resolve();
      await act();
      await promise;
    }
    this.#passed = undefined;
  }
}

const FENCE = 'fence.yml';

/** Every file that is not hidden, and its content. */
export function listing(directory: string): Map<string, string | undefined> {
  const files = new Map<string, string | undefined>();
  for (const name of readdirSync(directory).toSorted()) {
    const path = join(directory, name);
    if (!name.startsWith('.') && isFile(path)) files.set(name, read(path));
  }
  return files;
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
