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
  readSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FileSystem } from './file-system.ts';
import type { Place } from './locator.ts';

/** A file that is open for reading. */
export interface OpenFile {
  /** Whether a read of fewer bytes than there is room for is the last. */
  readonly endsWithShortRead: boolean;
  stat(): Promise<BigIntStats>;
  /** Reads into the buffer, and returns how many bytes; 0 at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens a file. On a local file system, what waits for nothing is done in the event loop: the way through the thread
 * pool costs several times the call.
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
    endsWithShortRead: true,
    stat: async () => fstatSync(descriptor, { bigint: true }),
    read: (buffer, position) => loopReads.read(descriptor, buffer, position),
    close: async () => closeSync(descriptor),
  };
}

async function openRemote(fileSystem: FileSystem, place: Place, path: string): Promise<OpenFile> {
  const closeLate = (descriptor: number) => close(descriptor, () => {});
  const descriptor = await fileSystem.call(place, () => openAsync(path, FLAGS), closeLate);
  return {
    endsWithShortRead: false,
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

/**
 * Reads small pieces in the event loop, as long as memory has them. One that the disk has to bring shows by the time
 * that it takes, and from then on the thread pool reads for a while.
 */
const loopReads = {
  poolUntil: Number.NEGATIVE_INFINITY,
  reads: 0,

  async read(descriptor: number, buffer: Buffer, position: number): Promise<number> {
    // The loop has its turn in between.
    if (++this.reads % READS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    const start = performance.now();
    if (buffer.length > LARGEST_IN_LOOP || start < this.poolUntil) {
      return readAsync(descriptor, buffer, position);
    }
    const bytes = readSync(descriptor, buffer, 0, buffer.length, position);
    const end = performance.now();
    if (end - start > SLOW_MS) this.poolUntil = end + POOL_FOR_MS;
    return bytes;
  },
};

const LARGEST_IN_LOOP = 64 * 1024;
/** Less than half a millisecond's worth. */
const READS_PER_TURN = 16;
const SLOW_MS = 1;
const POOL_FOR_MS = 100;
