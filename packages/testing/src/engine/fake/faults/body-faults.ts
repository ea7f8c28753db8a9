import type { Timer } from '@watcher/core';
import type { BodyFault, EventStream } from '../event-stream.ts';
import type { FaultBehaviour } from './fault.ts';

/** Every byte is a chunk of its own, so that lines and UTF-8 characters fall apart. */
export function bytewise(): FaultBehaviour {
  return onBytes(() => (chunk) => Array.from(chunk, (_, place) => chunk.subarray(place, place + 1)));
}

/** The connection is cut after `bytes` bytes of each stream, counted from when the fault meets it. */
export function cutAfterBytes(bytes: number): FaultBehaviour {
  return onBytes(() => {
    let left = bytes;
    return (chunk) => {
      const rest = left;
      left -= chunk.length;
      return left > 0 ? [chunk] : [chunk.subarray(0, Math.max(0, rest)), undefined];
    };
  });
}

/** The connection of each stream is cut `milliseconds` after the fault meets it. */
export function cutAfterTime(milliseconds: number): FaultBehaviour {
  const forgets = new Set<() => void>();
  return {
    stream: (stream) => {
      const forget = () => {
        stream.clock.clearTimeout(timer);
        stream.over.removeEventListener('abort', forget);
        forgets.delete(forget);
      };
      const timer: Timer = stream.clock.setTimeout(() => {
        forget();
        stream.cut();
      }, milliseconds);
      stream.over.addEventListener('abort', forget);
      forgets.add(forget);
    },
    cleared: () => {
      for (const forget of [...forgets]) forget();
    },
  };
}

/** Streams stay open and bring nothing, until it is cleared. */
export function silence(): FaultBehaviour {
  return onEachStream((stream) => stream.hold());
}

/** Lines are dropped from streams that stay open. */
export function dropLines(): FaultBehaviour {
  return onBytes(() => () => []);
}

/** A fault on the bytes of each stream, with a state of its own for each. */
function onBytes(begin: () => BodyFault): FaultBehaviour {
  return onEachStream((stream) => stream.addFault(begin()));
}

/** A fault that begins on each stream and gives its undo. */
function onEachStream(begin: (stream: EventStream) => () => void): FaultBehaviour {
  const undos = new Set<() => void>();
  return {
    stream: (stream) => {
      const undo = begin(stream);
      undos.add(undo);
      stream.over.addEventListener('abort', () => undos.delete(undo), { once: true });
    },
    cleared: () => {
      for (const undo of undos) undo();
      undos.clear();
    },
  };
}
