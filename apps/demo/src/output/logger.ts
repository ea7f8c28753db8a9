import { printable } from '@watcher/core';
import { type DestinationStream, type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogLevel } from '../config/settings.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Lines for people, or JSON. */
  readonly pretty: boolean;
  readonly color: boolean;
  /** Default: standard error, since standard output is for the table. */
  readonly destination?: DestinationStream;
}

/** Logs what happens, the watchers' own words included. Whatever text passes through it is made printable first. */
export function createLogger({ level, pretty: forPeople, color, destination }: LoggerOptions): Logger {
  const out = destination ?? pino.destination({ dest: 2, sync: true });
  const lines = forPeople ? forTerminal(out, color) : out;
  return pino(
    {
      level,
      base: null,
      serializers: { err: (error) => error },
      hooks: {
        logMethod([first, ...rest], method) {
          // An error by itself is its own message.
          const line =
            first instanceof Error
              ? [printableValue(first)]
              : [printableValue(first), ...rest.map((one) => printableValue(one))];
          method.apply(this, line as Parameters<typeof method>);
        },
      },
    },
    lines,
  );
}

/** Written at once, not through a stream of its own: a line is out before the table that it announces. */
function forTerminal(destination: DestinationStream, color: boolean): DestinationStream {
  const prettify = prettyFactory({
    colorize: color,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if provider}[{provider}] {end}{msg}',
    ignore: 'pid,hostname,provider,route', // the message says it all
    errorLikeObjectKeys: [],
  });
  return { write: (line) => destination.write(prettify(line) ?? '') };
}

const DEEPEST = 4;

/** Characters of one text. */
const LONGEST = 300;

function printableValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return printable(value, LONGEST);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return printable(describeError(value), LONGEST);
  if (depth >= DEEPEST) return '...';
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => printableValue(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [printable(name, 60), printableValue(field, depth + 1)]),
  );
}

/** An error in one line, its code in front unless the message has it. Where in the code it was made is no news. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as Error & { readonly code?: unknown };
  const message = error.message || error.name;
  return typeof code !== 'string' || message.includes(code) ? message : `${code}: ${message}`;
}
