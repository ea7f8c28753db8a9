/**
 * Watches directories and reports which names in them may have changed. Two implementations pass the same suite:
 * chokidar, the default, and `fs.watch`, the reference and the fallback.
 */
export interface ChangeNotifier {
  /**
   * Watches a directory, without its subdirectories. Resolves once the OS watch exists: every later change is
   * notified.
   *
   * @throws the system's error, `ENOSPC`, `EMFILE`, `ENOENT` or `EACCES` for the most part
   */
  watch(directory: WatchedDirectory, sink: NotificationSink): Promise<Subscription>;
}

export interface WatchedDirectory {
  /** Absolute and free of symlinks: subscriptions of the same directory share one OS watch by this path. */
  readonly path: string;
  /** Which directory that is: its path may lead to another one later. */
  readonly identity: string;
}

/** Receives notifications. They may be late, repeated or wrong: they are hints, and a snapshot verifies each one. */
export interface NotificationSink {
  /**
   * Called when the entry `name` may have changed. The directory itself goes by its own last name, or by that of
   * another path that leads to it.
   *
   * @param isRename whether a name may have come or gone; of the directory itself, whether the watch may have ended
   */
  changed(name: string, isRename: boolean): void;
  /** Called when any entry may have changed. */
  changedAny(): void;
  /** Called when no more notifications follow. */
  ended(error: unknown): void;
}

export interface Subscription {
  /** Why something else than the wanted notifier is in use. Undefined: nothing else is. */
  readonly fallbackReason?: unknown;
  /** Ends the notifications immediately. Resolves once the OS watch is closed. */
  close(): Promise<void>;
}
