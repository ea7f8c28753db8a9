import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recorder } from './recorder.ts';

const NAME = 'fence';

/**
 * Resolves when whatever was done to the directory before must have been told: the fence is an empty file, which is
 * held back longer than anything that is done with by then. Its own events are taken out of the record again.
 */
export async function fence(directory: string, recorder: Recorder): Promise<void> {
  const path = join(directory, NAME);
  await writeFile(path, '');
  await recorder.until(({ lines }) => lines.includes(`created ${NAME}`));
  await unlink(path);
  await recorder.until(({ lines }) => lines.includes(`deleted ${NAME}`));
  const others = recorder.events.filter(({ actorName }) => actorName !== NAME);
  recorder.events.splice(0, Number.POSITIVE_INFINITY, ...others);
}
