import { isTooLong } from './line-splitter.ts';
import { type EngineMessage, parseMessage } from './message.ts';

/**
 * One line of `GET /events`, by what it proves. Only an event of the engine itself is written the same way each time
 * and found again by a bounded query, so only that is a position to resume from.
 *
 * - `event`: an event of this engine, of whatever type. `message` is undefined where no filter can select it
 * - `swarm`: an event of the cluster. A manager that restarts emits raft's history again, byte for byte, and no bounded
 *   query answers with it: so it proves nothing about this engine
 * - `oversized`: a line longer than is taken, which may have been an event
 * - `fault`: an error object, which an engine writes once it has answered 200 and cannot read its events
 * - `unreadable`: anything else
 */
export type EngineLine =
  | { readonly kind: 'event'; readonly text: string; readonly message: EngineMessage | undefined }
  | { readonly kind: 'swarm'; readonly text: string; readonly message: EngineMessage }
  | { readonly kind: 'fault'; readonly text: string; readonly reason: string }
  | { readonly kind: 'oversized' | 'unreadable'; readonly text: string };

/** Reads a line. Never throws. */
export function readLine(text: string): EngineLine {
  if (isTooLong(text)) return { kind: 'oversized', text };
  if (isExec(text)) return { kind: 'event', text, message: undefined };
  if (!text.startsWith('{')) return { kind: 'unreadable', text }; // a thrown SyntaxError costs as much as ten events
  const message = parseMessage(text);
  if (message) return { kind: message.scope === 'swarm' ? 'swarm' : 'event', text, message };
  const reason = faultIn(text);
  return reason === undefined ? { kind: 'unreadable', text } : { kind: 'fault', text, reason };
}

/**
 * Whether a line is an exec event, which no filter selects: a health check emits three at each probe, the bulk of a
 * busy engine's events. Recognized by how an engine begins such a line, so that it need not be parsed.
 */
function isExec(text: string): boolean {
  // By the letter that tells the two shapes apart, so that most lines cost one comparison.
  const start = text.charCodeAt(2) === SMALL_S ? '{"status":"exec_' : '{"Type":"container","Action":"exec_';
  return text.startsWith(start) && text.endsWith('}');
}

const SMALL_S = 0x73;

/** The engine's own words in an error object as Podman writes it: `{"cause":…,"message":…,"response":500}`. */
function faultIn(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { cause, message, response } = (value ?? {}) as Record<string, unknown>;
  if (typeof cause !== 'string' && typeof response !== 'number') return undefined;
  if (typeof message === 'string' && message !== '') return message;
  return typeof cause === 'string' && cause !== '' ? cause : undefined;
}
