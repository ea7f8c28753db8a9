import { Buffer } from 'node:buffer';
import type { Clock } from '@watcher/core';
import type { EngineRequest, Exchange } from './exchange.ts';

/** Changes what an event stream sends. Undefined in place of bytes: the connection is cut. */
export type BodyFault = (chunk: Buffer) => readonly (Buffer | undefined)[];

/** The body of one GET /events: lines go in, and bytes go out by way of the faults that are in force. */
export class EventStream {
  readonly request: EngineRequest;
  readonly clock: Clock;
  readonly over: AbortSignal;
  readonly #exchange: Exchange;
  readonly #faults = new Set<BodyFault>();
  readonly #prefix: string;
  readonly #onDrain: () => void;
  /** Those who hold it. Bytes are held until none is left. */
  readonly #holds = new Set<object>();
  #held: Buffer[] | undefined;
  #endsOnRelease = false;
  /** Nothing is sent any more: it has been ended or cut. */
  #isOver = false;

  constructor({ exchange, clock, prefix, onDrain }: EventStreamOptions) {
    this.#exchange = exchange;
    this.request = exchange.request;
    this.over = exchange.over;
    this.clock = clock;
    this.#prefix = prefix;
    this.#onDrain = onDrain;
    exchange.response.on('drain', () => this.#held || onDrain());
  }

  /** Sends a line; false when no more should follow before the drain. */
  line(text: string): boolean {
    const line = `${this.#prefix}${text}\n`;
    if (this.#faults.size === 0 && !this.#held && !this.#isOver) return this.#exchange.response.write(line);
    return this.bytes(Buffer.from(line));
  }

  /** Sends bytes as they are, by way of the faults. */
  bytes(chunk: Buffer): boolean {
    if (this.#isOver || this.over.aborted) return false;
    if (this.#held) {
      this.#held.push(chunk);
      return false;
    }
    let chunks: readonly (Buffer | undefined)[] = [chunk];
    for (const fault of this.#faults) {
      chunks = chunks.flatMap((part) => (part ? fault(part) : [undefined]));
    }
    let free = true;
    for (const part of chunks) {
      if (!part) {
        this.cut();
        return false;
      }
      free = this.#exchange.response.write(part);
    }
    return free;
  }

  /** Sends bytes by way of this fault from now on. Returns its undo. */
  addFault(fault: BodyFault): () => void {
    this.#faults.add(fault);
    return () => this.#faults.delete(fault);
  }

  /** From now on nothing gets through, and the stream stays open. Returns its undo: the last one lets bytes through. */
  hold(): () => void {
    const hold = {};
    this.#holds.add(hold);
    this.#held ??= [];
    return () => {
      if (this.#holds.delete(hold) && this.#holds.size === 0) this.#release();
    };
  }

  /** Ends it cleanly, as a server does that has no more to say; once it is released, if it is held. */
  end(): void {
    if (this.#held) this.#endsOnRelease = true;
    else if (!this.#isOver && !this.over.aborted) {
      this.#isOver = true;
      this.#exchange.response.end();
    }
  }

  /** Breaks the connection after what has been written. */
  cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { socket } = this.#exchange.response;
    // What was written before the cut still arrives: the end of the socket follows it.
    socket?.end(() => socket.destroy());
  }

  /** What was held gets through, and so does what comes. */
  #release(): void {
    const held = this.#held;
    if (!held || this.over.aborted) return;
    this.#held = undefined;
    let free = true;
    for (const chunk of held) free = this.bytes(chunk);
    if (free) this.#onDrain();
    if (this.#endsOnRelease) this.end();
  }
}

export interface EventStreamOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** What stands before each line. */
  readonly prefix: string;
  readonly onDrain: () => void;
}
