import { Action } from '@watcher/events';
import { type Liar, lying, telling } from './liar.ts';

export const shapeLiars: readonly Liar[] = [
  {
    does: 'has null for attributes',
    caughtBy: 'an event has the seven fields, of the right types',
    says: /actorAttributes is no object/,
    harness: telling((event) => ({ ...event, actorAttributes: null as never })),
  },
  {
    does: 'puts two actions into one event',
    caughtBy: 'an event has one action, which is one bit',
    says: /is more than one bit/,
    harness: telling((event) => ({
      ...event,
      action: (Action.FileCreated | Action.FileWritten) as typeof Action.FileCreated,
    })),
  },
  {
    does: 'gives the time in seconds',
    caughtBy: "an event's time is milliseconds since the epoch, by the source's clock",
    says: /is not near/,
    harness: telling((event) => ({ ...event, time: event.time / 1000 })),
  },
  {
    does: 'has no time for a reload',
    caughtBy: 'the time of a reload is that of its making',
    says: /0 is not near/,
    harness: lying((inner) => ({ reload: (reason) => ({ ...inner.reload(reason), time: 0 }) })),
  },
  {
    does: 'gives the same reason for each reload',
    caughtBy: "reload(reason) is a ForceReload of the stream's own source",
    says: /'gap'(.|\n)*'disconnected'/,
    harness: lying((inner) => ({ reload: () => inner.reload('gap') })),
  },
];
