import { link, rm, unlink, writeFile } from 'node:fs/promises';
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
  await told(recorder, 'created');
  await unlink(path);
  await told(recorder, 'deleted');
}

/** The same for what the system gives no notice of, and only the poll sees: a write under a file's other name, which is hidden. */
export async function pollFence(directory: string, recorder: Recorder): Promise<void> {
  const [path, elsewhere] = [join(directory, NAME), join(directory, `.${NAME}`)];
  await rm(elsewhere, { force: true });
  await writeFile(elsewhere, 'there');
  await link(elsewhere, path);
  await told(recorder, 'created');
  await writeFile(elsewhere, 'written');
  await told(recorder, 'written');
  await unlink(path);
  await told(recorder, 'deleted');
  await fence(directory, recorder);
}

async function told(recorder: Recorder, word: string): Promise<void> {
  await recorder.until(({ lines }) => lines.includes(`${word} ${NAME}`));
  const others = recorder.events.filter(({ actorName }) => actorName !== NAME);
  recorder.events.splice(0, Number.POSITIVE_INFINITY, ...others);
}
