import { DockerWatcher } from '@watcher/docker';
import { views } from '../oracle/view.ts';
import type { Listen, Watched, WatchOrder } from './watched.ts';

/** Watches in this process, and says all that is heard. */
export function consume(order: WatchOrder, say: Listen): Watched {
  const { host, mode, view, reading, capacity, ...timing } = order;
  const { filters } = views[view];
  const stream = new DockerWatcher({ host, name: 'engine', forceReload: mode, ...timing }).events({
    capacity,
    ...(filters && { filters }),
    onError: ({ code, message }) => say({ kind: 'error', code, message }),
  });
  stream.ready.then(
    () => say({ kind: 'ready' }),
    () => {}, // whatever it is, `closed` says it too
  );
  const gate = new Gate();
  const read = async () => {
    for await (const event of stream) {
      await gate.open;
      say({ kind: 'event', event });
    }
  };
  if (reading === 'sink') stream.subscribe({ push: (event) => say({ kind: 'event', event }) });
  const done = reading === 'sink' ? undefined : read().catch(() => {});
  void stream.closed.then(({ reason, error }) =>
    say({ kind: 'closed', reason, message: error?.message ?? '' }),
  );
  return {
    pauseReading: () => gate.shut(),
    resumeReading: () => gate.unlock(),
    stop() {},
    continue() {},
    async close() {
      gate.unlock();
      await stream.close();
      await done;
    },
  };
}

/** Something that a reader waits at while it is shut. */
class Gate {
  #waiting: PromiseWithResolvers<void> | undefined;

  get open(): Promise<void> | undefined {
    return this.#waiting?.promise;
  }

  shut(): void {
    this.#waiting ??= Promise.withResolvers<void>();
  }

  unlock(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
