/** The longest line taken. An event is some hundred bytes, and as many more as its container's labels are. */
export const MAX_LINE = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

export interface LineSink {
  line(text: string): void;
  /** A line longer than {@link MAX_LINE} went by; its bytes are gone. */
  tooLong(): void;
}

/**
 * Cuts chunks of bytes into lines. Only whole lines are decoded, so a character split between two chunks is no
 * special case. Holds one unfinished line, of at most {@link MAX_LINE} bytes.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  #rest: Buffer[] = [];
  #restLength = 0;
  /** The unfinished line has grown too long: its bytes are let go until it ends. */
  #skipping = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    const firstEnd = chunk.indexOf(NEWLINE);
    if (firstEnd === -1) {
      this.#keep(chunk);
      return;
    }
    let start = 0;
    if (this.#skipping || this.#restLength + firstEnd > MAX_LINE) {
      this.#forget();
      this.#sink.tooLong();
      start = firstEnd + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (start < end) this.#emit(this.#takeRest(chunk.subarray(start, end)));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
  }

  #emit(lines: Buffer): void {
    const text = lines.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = unframe(text.slice(start, end));
      if (line !== '') this.#sink.line(line);
      start = end + 1;
    }
  }

  #keep(bytes: Buffer): void {
    if (this.#skipping) return;
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
    if (this.#restLength <= MAX_LINE) return;
    this.#forget();
    this.#skipping = true;
  }

  #takeRest(bytes: Buffer): Buffer {
    if (this.#restLength === 0) return bytes;
    const whole = Buffer.concat([...this.#rest, bytes]);
    this.#forget();
    return whole;
  }

  #forget(): void {
    this.#rest = [];
    this.#restLength = 0;
    this.#skipping = false;
  }
}

const RECORD_SEPARATOR = 0x1e;
const CARRIAGE_RETURN = 0x0d;

/** Without what `application/json-seq` puts before a record, and what a proxy may put behind a line. */
function unframe(line: string): string {
  const start = line.charCodeAt(0) === RECORD_SEPARATOR ? 1 : 0;
  const end = line.charCodeAt(line.length - 1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
  return start === 0 && end === line.length ? line : line.slice(start, end);
}
