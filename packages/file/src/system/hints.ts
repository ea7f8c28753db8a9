import { watch } from 'node:fs';

/** The system's notice that something happened. It may be late, doubled or plainly wrong: nothing is concluded from it. */
export interface HintSink {
  /**
   * Something happened to this name, or to the directory itself, which goes by its own last name. `moved`: not a write,
   * but a name that came or went; of the directory itself, that the watch may have ended with it.
   */
  hint(name: string, moved: boolean): void;
  /** Something happened, and the system does not say to what. */
  hintAny(): void;
  /** There will be no more. */
  lost(error: unknown): void;
}

/** Who is given hints, and how many were given to all of them. */
const sinks = new Set<HintSink>();
let given = 0;

/**
 * The system keeps what nobody has taken yet in one queue for all watches, and does not say when that was overrun: it
 * holds 16384, by default. So every so many hints, whatever they are of, something may have been lost to any.
 */
function count(): void {
  if (++given % MAYBE_OVERRUN === 0) for (const sink of sinks) sink.hintAny();
}

/** Far below what the queue holds, so that whatever was lost is followed by a look; above it, looks are rare. */
const MAYBE_OVERRUN = 1000;

/**
 * Asks the system for notice of what happens directly in a directory: one OS watch, whatever is in it.
 *
 * @throws what the system says, `ENOSPC`, `EMFILE`, `ENOENT` or `EACCES` for the most part
 */
export function openHints(directory: string, sink: HintSink): Disposable {
  const watcher = watch(directory);
  watcher.on('change', (kind, name) => {
    if (typeof name === 'string') sink.hint(name, kind === 'rename');
    else sink.hintAny();
    count();
  });
  watcher.on('error', (error) => sink.lost(error));
  sinks.add(sink);
  return {
    [Symbol.dispose]: () => {
      sinks.delete(sink);
      watcher.removeAllListeners();
      watcher.on('error', () => {});
      watcher.close();
    },
  };
}
