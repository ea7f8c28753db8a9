import { createHash, type Hash } from 'node:crypto';
import { jsonObjectsIn } from './json-objects.ts';

/** The longest line taken, in bytes. An event is some hundred, and as many more as its container's labels are. */
export const MAX_LINE = 4 * 1024 * 1024;

/** How many characters of lines are held at most, where they have to wait for something. An engine replays 256 lines. */
export const MAX_HELD = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

export interface LineSink {
  /** A line; or, for one longer than {@link MAX_LINE}, what stands for it: {@link isTooLong}. */
  line(text: string): void;
}

/**
 * Whether this stands for a line that was too long to be taken. It is the digest of that line, the same each time
 * the line comes, behind a newline, which no line has in it.
 */
export function isTooLong(line: string): boolean {
  return line.charCodeAt(0) === NEWLINE;
}

/**
 * Cuts chunks of bytes into lines. Only whole lines are decoded, so a character split between two chunks is no
 * special case. Holds one unfinished line, of at most {@link MAX_LINE} bytes.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  /** The unfinished line, in the pieces that it came in, and behind these whole. */
  #rest: Buffer[] = [];
  #merged: Buffer[] = [];
  #restLength = 0;
  /** Of the unfinished line, once it has grown too long: its bytes are let go as they come. */
  #digest: Hash | undefined;
  #useful = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /**
   * Takes what came. Whether it was of any use: blanks and blank lines, which something on the way may send by itself,
   * and more of a line that is too long already, are of none.
   */
  write(chunk: Buffer): boolean {
    this.#useful = false;
    // In pieces, so that how long a line is does not depend on how the bytes came.
    for (let start = 0; start < chunk.length; start += MAX_LINE) {
      this.#write(chunk.length <= MAX_LINE ? chunk : chunk.subarray(start, start + MAX_LINE));
    }
    return this.#useful;
  }

  /** Whether it holds the beginning of a line, short enough to be taken. */
  get hasPartialLine(): boolean {
    return this.#restLength > 0;
  }

  /** Emits the unfinished line if it is complete JSON: each object in it as a line. Keeps it otherwise. */
  flush(): void {
    const text = Buffer.concat([...this.#merged, ...this.#rest]).toString('utf8');
    const objects = jsonObjectsIn(text);
    if (!objects) return;
    this.#forgetRest();
    for (const object of objects) this.#tell(object);
  }

  #write(bytes: Buffer): void {
    const chunk = this.#isBetweenLines ? withoutBlanksBefore(bytes) : bytes;
    if (chunk.length === 0) return;
    const firstEnd = chunk.indexOf(NEWLINE);
    if (firstEnd === -1) {
      this.#keep(chunk);
      return;
    }
    let start = 0;
    if (this.#digest || this.#restLength + firstEnd > MAX_LINE) {
      this.#keep(chunk.subarray(0, firstEnd));
      this.#endTooLong();
      start = firstEnd + 1;
    } else if (this.#restLength > 0) {
      // By itself, so that nothing of what follows is copied.
      start = firstEnd + 1;
      this.#emit(this.#takeRest(chunk.subarray(0, start)));
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (start < end) this.#emit(chunk.subarray(start, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  #emit(lines: Buffer): void {
    const text = lines.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = unframe(text.slice(start, end));
      if (line !== '') this.#tell(line);
      start = end + 1;
    }
  }

  #keep(given: Buffer): void {
    if (this.#digest) {
      this.#digest.update(given);
      return;
    }
    const bytes = this.#isBetweenLines ? withoutBlanksBefore(given) : given;
    if (bytes.length === 0) return;
    if (!isBlank(bytes)) this.#useful = true;
    if (this.#rest.push(bytes) >= MAX_PIECES) this.#merge();
    this.#restLength += bytes.length;
    if (this.#restLength <= MAX_LINE) return;
    this.#digest = createHash('sha256');
    for (const part of [...this.#merged, ...this.#rest]) this.#digest.update(part);
    this.#forgetRest();
  }

  get #isBetweenLines(): boolean {
    return this.#restLength === 0 && !this.#digest;
  }

  /** A piece of a byte costs a hundred times as much, and may hold on to a whole chunk. */
  #merge(): void {
    this.#merged.push(Buffer.concat(this.#rest));
    this.#rest = [];
  }

  #endTooLong(): void {
    const digest = this.#digest?.digest('base64');
    this.#digest = undefined;
    this.#tell(`\n${digest}`);
  }

  #tell(line: string): void {
    this.#useful = true;
    this.#sink.line(line);
  }

  #takeRest(end: Buffer): Buffer {
    const whole = Buffer.concat([...this.#merged, ...this.#rest, end]);
    this.#forgetRest();
    return whole;
  }

  #forgetRest(): void {
    this.#rest = [];
    this.#merged = [];
    this.#restLength = 0;
  }
}

/** Pieces of an unfinished line that are kept as they came. */
const MAX_PIECES = 1024;

/** The last of the characters that show nothing: blanks, ends of lines, and what separates records. */
const BLANK = 0x20;

/** Without what `application/json-seq` puts before a record, and the blanks that a proxy may put around a line. */
function unframe(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && line.charCodeAt(start) <= BLANK) start++;
  while (end > start && line.charCodeAt(end - 1) <= BLANK) end--;
  return start === 0 && end === line.length ? line : line.slice(start, end);
}

function withoutBlanksBefore(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length && (bytes[start] as number) <= BLANK) start++;
  return start === 0 ? bytes : bytes.subarray(start);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= BLANK);
}
