import {
  type BigIntStats,
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open,
  openSync,
  read,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FileSystem } from './file-system.ts';
import type { Place } from './locator.ts';

/** A file that is open for reading. */
export interface OpenFile {
  stat(): Promise<BigIntStats>;
  /** Reads into the buffer, and returns how many bytes; 0 at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens a file. On a local file system, what waits for nothing is done in the event loop: the way through the thread
 * pool costs several times the call. Contents are read in the pool always, since the disk may have to bring them.
 *
 * @throws what the system says
 */
export async function openFile(fileSystem: FileSystem, place: Place, path: string): Promise<OpenFile> {
  return place.isLocal ? openLocal(path) : openRemote(fileSystem, place, path);
}

// Not blocking: a pipe may have taken the file's place, and opening one would wait for its writer.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function openLocal(path: string): OpenFile {
  const descriptor = openSync(path, FLAGS);
  return {
    stat: async () => fstatSync(descriptor, { bigint: true }),
    read: (buffer, position) => readAsync(descriptor, buffer, position),
    close: async () => closeSync(descriptor),
  };
}

async function openRemote(fileSystem: FileSystem, place: Place, path: string): Promise<OpenFile> {
  const closeLate = (descriptor: number) => close(descriptor, () => {});
  const descriptor = await fileSystem.call(place, () => openAsync(path, FLAGS), closeLate);
  return {
    stat: () => fileSystem.call(place, () => fstatAsync(descriptor, { bigint: true })),
    read: (buffer, position) => fileSystem.call(place, () => readAsync(descriptor, buffer, position)),
    close: () => fileSystem.release(place, () => closeAsync(descriptor)),
  };
}

const openAsync = promisify(open);
const closeAsync = promisify(close);
const fstatAsync = promisify<number, { bigint: true }, BigIntStats>(fstat);

function readAsync(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, position, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}
