import { write } from 'node:fs';

/** The most text that waits for a reader, in characters. More is dropped. */
const MAX_WAITING = 1024 * 1024;
const RETRY_MS = 50;

/**
 * Standard output or standard error, written to without waiting for it. Node's own streams wait, and the whole process
 * with them, for the reader of a pipe or a terminal. So does the exit hook of pino's destination.
 */
export class OutputFile {
  readonly #fd: 1 | 2;
  readonly #onClosed: () => void;
  readonly #flushed = new Set<() => void>();
  #waiting = '';
  #isWriting = false;
  #isClosed = false;

  /** @param onClosed is called once the reader is gone. A full disk is not reported: the next write may work. */
  constructor(fd: 1 | 2, onClosed: () => void) {
    this.#fd = fd;
    this.#onClosed = onClosed;
  }

  write(text: string): void {
    if (this.#isClosed || this.#waiting.length + text.length > MAX_WAITING) return;
    this.#waiting += text;
    if (!this.#isWriting) this.#writeNext(Buffer.alloc(0));
  }

  /** Resolves when all is written, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    if (!this.#isWriting) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#flushed.add(resolve);
    await promise;
    this.#flushed.delete(resolve);
    clearTimeout(timer);
  }

  /** @param rest the bytes that the last write left */
  #writeNext(rest: Buffer): void {
    const chunk = Buffer.concat([rest, Buffer.from(this.#waiting)]);
    this.#waiting = '';
    this.#isWriting = chunk.length > 0;
    if (!this.#isWriting) {
      for (const resolve of this.#flushed) resolve();
      return;
    }
    write(this.#fd, chunk, 0, chunk.length, null, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#writeNext(chunk), RETRY_MS);
      else if (error?.code === 'EPIPE' || error?.code === 'EIO') this.#close();
      // The chunk that a full disk refuses is lost.
      else this.#writeNext(error ? Buffer.alloc(0) : chunk.subarray(written));
    });
  }

  #close(): void {
    this.#isClosed = true;
    this.#waiting = '';
    this.#writeNext(Buffer.alloc(0));
    this.#onClosed();
  }
}
