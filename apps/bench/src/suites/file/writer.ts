/** Writes files when asked to, in a process of its own, and says when each began to end. */
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { now } from './time.ts';

export interface Order {
  readonly path: string;
  readonly how: 'in place' | 'by rename';
  readonly content: string;
}

process.on('message', ({ path, how, content }: Order) => {
  process.send?.(how === 'in place' ? writeInPlace(path, content) : replace(path, content));
});

/** Gives the moment before the last change. The call takes some ten microseconds, and its notice may be there before it returns. */
function writeInPlace(path: string, content: string): number {
  const file = openSync(path, 'w');
  const half = Math.floor(content.length / 2);
  writeSync(file, content.slice(0, half));
  const ending = now();
  writeSync(file, content.slice(half));
  closeSync(file);
  return ending;
}

function replace(path: string, content: string): number {
  const next = join(dirname(path), '.next');
  writeFileSync(next, content);
  const ending = now();
  renameSync(next, path);
  return ending;
}
