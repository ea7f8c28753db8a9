import type { WatchStream } from '@watcher/core';
import { EventChannel, type FileEvent, forceReload } from '@watcher/events';
import type { Logger } from '../../src/output/logger.ts';
import { createLogger } from '../../src/output/logger.ts';
import type { Listing, RouteSource } from '../../src/provider/route-source.ts';

/** A source held by hand: its stream is pushed into, and its list answers what it is told to. */
export class HeldSource implements RouteSource<FileEvent> {
  readonly name = 'held';
  readonly place = 'mem://held';
  readonly lags: boolean = false;
  channel!: EventChannel<FileEvent>;
  /** What the next lists answer; the last answer stays. */
  answers: (Listing | Error | Promise<Listing>)[] = [{ routes: [], problems: [] }];
  /** How often it was listed. */
  lists = 0;

  watch(signal: AbortSignal): WatchStream<FileEvent> {
    this.channel = new EventChannel({
      source: this.name,
      reload: (reason) => forceReload('file', this.name, reason, 0),
      signal,
    });
    return this.channel;
  }

  async list(): Promise<Listing> {
    this.lists++;
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error) throw answer;
    return answer as Listing;
  }
}

/** A logger, and what was logged: `warn: text`, from `info` on. */
export function listeningLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const levels: Readonly<Record<number, string>> = { 30: 'info', 40: 'warn', 50: 'error' };
  const logger = createLogger({
    level: 'info',
    pretty: false,
    color: false,
    destination: {
      write(line) {
        const { level, msg } = JSON.parse(line) as { level: number; msg: string };
        lines.push(`${levels[level]}: ${msg}`);
      },
    },
  });
  return { logger, lines };
}
