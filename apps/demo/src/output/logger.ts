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
  readonly destination: DestinationStream;
}

/**
 * Creates the log: pino's, with its usual fields. `source` names the watched source, `err` has the type, the message and
 * the code of an error, and `code` is that code.
 *
 * Labels, names and answers are written by others, so all text is made printable, and logins in URLs are left out.
 */
export function createLogger({ level, pretty: forPeople, color, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: (fields) => fields }, // made below, without the stack
      hooks: {
        logMethod([first, ...rest], method) {
          // pino takes an error for its fields and its message.
          const [fields, message] =
            first instanceof Error ? [{ err: first }, rest[0] ?? describeError(first)] : [first, rest[0]];
          const line = [fields, message].map((value) => safeValue(value));
          method.apply(this, line as Parameters<typeof method>);
        },
      },
    },
    forPeople ? forTerminal(destination, color) : destination,
  );
}

function forTerminal(destination: DestinationStream, color: boolean): DestinationStream {
  const prettify = prettyFactory({
    colorize: color,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if source}[{source}] {end}{msg}',
    ignore: 'pid,hostname,source,code,route,err', // the message has it all
    errorLikeObjectKeys: [],
  });
  return { write: (line) => destination.write(prettify(line) ?? '') };
}

const MAX_DEPTH = 4;
const MAX_TEXT = 300;
const MAX_ITEMS = 50;

function safeValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return safeText(value);
  if (value instanceof Error) return errorFields(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '...';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((one) => safeValue(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, field]) => [printable(name, 60), safeValue(field, depth + 1)]),
  );
}

/** No stack, and no other property: an error of a client may carry its request, with headers. */
function errorFields(error: Error): Record<string, unknown> {
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: safeText(error.name),
    message: safeText(error.message),
    ...(typeof code === 'string' && { code: safeText(code) }),
  };
}

function safeText(text: string): string {
  return printable(withoutLogins(text.slice(0, 2 * MAX_TEXT)), MAX_TEXT);
}

/** `https://user:secret@host` becomes `https://host`. */
function withoutLogins(text: string): string {
  return text.replace(/:\/\/[^\s/@]{1,200}@/g, '://');
}

/** Returns an error in one line, its code in front unless the message has it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message || error.name;
  return typeof code !== 'string' || message.includes(code) ? message : `${code}: ${message}`;
}
