import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { findProgram } from './programs.ts';

/** The image's name on every real engine, as the fake has it. */
export const IMAGE = 'watcher-test';

/** What a container runs: nothing, until it is stopped. */
export const COMMAND = ['/bin/busybox', 'sleep', '2147483647'];

const BLOCK = 512;

/** The smallest image there is, as the archive that an engine imports: busybox and nothing else. */
export function imageArchive(): Buffer {
  const busybox = readFileSync(findProgram('busybox') ?? '/bin/busybox');
  return Buffer.concat([
    header('bin/', 0, '5'),
    header('bin/busybox', busybox.length, '0'),
    busybox,
    Buffer.alloc((BLOCK - (busybox.length % BLOCK)) % BLOCK),
    Buffer.alloc(2 * BLOCK),
  ]);
}

/** One header of the ustar format. */
function header(name: string, size: number, type: '0' | '5'): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  block.write(name, 0);
  octal(0o755, 100, 8); // mode
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(0, 136, 12); // time of change
  block.fill(' ', 148, 156); // the checksum counts itself as blanks
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
