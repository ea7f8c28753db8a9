import { consume } from './consumer.ts';
import { watchLateness } from './lateness.ts';
import type { Watched, WatchOrder, Word } from './watched.ts';

/** What the driver asks of a watching process. */
export type Request =
  | { readonly do: 'watch'; readonly order: WatchOrder }
  | { readonly do: 'pause reading' | 'resume reading' | 'close' };

/** What it is told: a word of the consumer, or that it has closed. */
export type Reply = Word | { readonly kind: 'gone' };

const reply = (word: Reply) => void process.send?.(word);
let watched: Watched | undefined;

watchLateness((ms) => reply({ kind: 'late', ms }));

process.on('message', async (request: Request) => {
  switch (request.do) {
    case 'watch':
      watched = consume(request.order, reply);
      break;
    case 'pause reading':
      watched?.pauseReading();
      break;
    case 'resume reading':
      watched?.resumeReading();
      break;
    case 'close':
      await watched?.close();
      reply({ kind: 'gone' });
  }
});

process.once('disconnect', () => process.exit());
