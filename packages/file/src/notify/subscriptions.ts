import type { NotificationSink, WatchedDirectory } from './notifier.ts';

/** One open subscription. */
export interface OpenSubscription {
  readonly directory: WatchedDirectory;
  readonly sink: NotificationSink;
  close(): Promise<void>;
}

/** All open subscriptions of this process, whatever notifier serves them. */
const subscriptions = new Set<OpenSubscription>();
let notifications = 0;

/** Registers a subscription, and returns the function that closes it. */
export function register(subscription: OpenSubscription): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const registered: OpenSubscription = {
    ...subscription,
    close() {
      subscriptions.delete(registered);
      closed ??= subscription.close();
      return closed;
    },
  };
  subscriptions.add(registered);
  return registered.close;
}

/**
 * Ends the subscriptions of a path that now leads to another directory. chokidar shares one OS watch among all
 * subscriptions of a path: a new one would join the watch of the directory that was there before.
 */
export function endOutdated({ path, identity }: WatchedDirectory): Promise<void> {
  return end(({ directory }) => directory.path === path && directory.identity !== identity);
}

/** Ends all subscriptions of a path, because their OS watch may have ended: the next one opens a new watch. */
export function endAll(path: string): Promise<void> {
  return end(({ directory }) => directory.path === path);
}

async function end(isOver: (subscription: OpenSubscription) => boolean): Promise<void> {
  const over = [...subscriptions].filter(isOver);
  for (const { sink } of over) sink.ended(undefined);
  await Promise.all(over.map((subscription) => subscription.close()));
}

/**
 * Counts a notification, and reports every so often that any entry of any directory may have changed. inotify keeps
 * unread events of all watches in one queue, of 16,384 by default, and Node does not report its overflow.
 */
export function countNotification(): void {
  if (++notifications % MAYBE_OVERFLOWED === 0) for (const { sink } of subscriptions) sink.changedAny();
}

/** Far below the queue's size, so that a look follows whatever was lost; high enough that looks are rare. */
const MAYBE_OVERFLOWED = 1000;
