import { MemoryWatcher, memoryChannel } from '../memory-watcher.ts';
import { type Inner, type Liar, watching } from './liar.ts';

export const independenceLiars: readonly Liar[] = [
  {
    does: 'hands each event to one of its streams',
    caughtBy: 'two streams both see a change',
    says: /for the event of file-1/,
    harness: watching((source) => {
      const channels: Inner[] = [];
      let turn = 0;
      source.listen((event) => channels[turn++ % channels.length]?.push(event));
      return {
        events: (options) => {
          const channel = memoryChannel(options);
          channels.push(channel);
          channel.opened();
          return channel;
        },
      };
    }),
  },
  {
    does: 'closes every stream with one',
    caughtBy: 'closing one stream leaves another open',
    says: /The stream ended before/,
    harness: watching((source) => {
      const honest = new MemoryWatcher(source);
      const channels: Inner[] = [];
      return {
        events: (options) => {
          const channel = honest.events(options);
          channels.push(channel);
          void channel.closed.then(() => channels.map((other) => other.close()));
          return channel;
        },
      };
    }),
  },
  {
    does: 'waits for the slowest of its streams',
    caughtBy: 'a stream that nobody reads does not delay another',
    says: /for the event of file-2/,
    harness: watching((source) => {
      const channels: Inner[] = [];
      source.listen((event) => {
        if (channels.some(({ stats }) => stats.buffered > 0)) return;
        for (const channel of channels) channel.push(event);
      });
      return {
        events: (options) => {
          const channel = memoryChannel(options);
          channels.push(channel);
          channel.opened();
          return channel;
        },
      };
    }),
  },
  {
    does: 'stops for good when its last stream closes',
    caughtBy: 'a stream that is opened when others are closed watches as they did',
    says: /for the event of file-1/,
    harness: watching((source) => {
      const honest = new MemoryWatcher(source);
      let stopped = false;
      return {
        events: (options) => {
          if (stopped) {
            const deaf = memoryChannel(options);
            deaf.opened();
            return deaf;
          }
          const channel = honest.events(options);
          void channel.closed.then(() => {
            stopped = true;
          });
          return channel;
        },
      };
    }),
  },
];
