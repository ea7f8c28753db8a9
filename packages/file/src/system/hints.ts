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
  });
  watcher.on('error', (error) => sink.lost(error));
  return {
    [Symbol.dispose]: () => {
      watcher.removeAllListeners();
      watcher.on('error', () => {});
      watcher.close();
    },
  };
}
