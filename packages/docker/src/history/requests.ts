import { PassThrough, pipeline, type Readable } from 'node:stream';
import { type Clock, delay, isWatcherError } from '@watcher/core';
import { type LinkedAbort, linkAbort, until } from '../concurrency.ts';
import { classify } from '../errors/classify.ts';
import { fault } from '../errors/fault.ts';
import { oneLine } from '../errors/one-line.ts';
import { classifyStatus } from '../errors/refusals.ts';
import { readLine } from '../events/engine-line.ts';
import { LineSplitter } from '../events/line-splitter.ts';
import { engineTime, nanoseconds } from '../events/message.ts';
import type { EventsQuery, EventsResponse, OpenResponse, Transport } from '../transport/transport.ts';
import { LatestLines } from './latest-lines.ts';

/** The part of a Node stream and of an HTTP response that is used here. */
interface Body {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  destroy?(): unknown;
  readonly closed?: boolean;
}

/** One `GET /events` that has been answered with 200. */
export interface OpenEvents {
  readonly body: Body;
  /** The engine's clock when it answered, in nanoseconds, to the second below; undefined if it did not say. */
  readonly date: bigint | undefined;
}

/** What a bounded query brought. */
export interface Answer {
  /** Events of the engine itself, and lines too long to be read. Nothing else is evidence of anything. */
  readonly lines: string[];
  /** How many lines there were in all. */
  readonly count: number;
  /** Whether none was dropped because there were too many. */
  readonly isWhole: boolean;
  readonly date: bigint | undefined;
}

export interface RequestsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Milliseconds until an answer, or the whole of a bounded one, has to be there. */
  readonly timeout: number;
  /** What errors call the engine. */
  readonly host: string;
}

/** Asks an engine for events: as a stream, or for those between two times. Every request ends by itself in time. */
export class Requests {
  readonly #options: RequestsOptions;
  #readsLog = false;
  #tellsTime = true;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  get host(): string {
    return this.#options.host;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Milliseconds for any one request to be answered. */
  get timeout(): number {
    return this.#options.timeout;
  }

  /**
   * Whether what answered last was Podman, which has no ring but reads a log, and takes no `until` that has passed:
   * 4.3 answers with nothing or a part then. Whole is what it brings with `stream=false`.
   */
  get readsLog(): boolean {
    return this.#readsLog;
  }

  /** Whether what answered last when it was asked for its time told it. */
  get tellsTime(): boolean {
    return this.#tellsTime;
  }

  /**
   * Opens a stream; the body is the caller's to read, and `signal` ends it.
   *
   * @throws {WatcherError} as {@link classify} has it; `TIMEOUT` when no headers come in time
   */
  async open(request: EventsQuery, signal: AbortSignal): Promise<OpenEvents> {
    const { transport, host } = this.#options;
    const link = linkAbort(signal);
    try {
      signal.throwIfAborted();
      const answer = transport.events(request, link.signal);
      const response = await this.#headers(request, answer, link).catch((error) => {
        answer.then(letGo, () => {}); // one that comes late is not wanted any more
        throw error;
      });
      if (response && 'refusal' in response) throw classifyStatus(response.refusal, host);
      const body = (response?.body ?? bodyOf(answer, host)) as Body;
      const over = () => link[Symbol.dispose]();
      body.on('close', over);
      body.on('error', over); // an abort before anyone reads it is an error of the body, too
      if (!response) return { body, date: undefined };
      const { headers } = response;
      this.#readsLog = headers['libpod-api-version'] !== undefined;
      return { body, date: engineDate(headers) };
    } catch (error) {
      link.abort();
      link[Symbol.dispose]();
      throw classify(error, host);
    }
  }

  /**
   * The lines between two times in the engine's past, in its nanoseconds, as it still holds them; of very many, the
   * latest.
   *
   * @throws {WatcherError} as {@link open} does; `TIMEOUT` when the answer does not end in time, as when `to` is not
   * in the engine's past; `ENGINE_FAULT` when the engine says in its answer that it cannot read its events
   */
  async between(from: bigint, to: bigint, signal: AbortSignal): Promise<Answer> {
    const since = engineTime(from < 0n ? 0n : from); // a clock may have begun just now
    const { lines, isWhole, date } = this.#readsLog
      ? await this.#ask({ since, stream: false }, signal)
      : await this.#ask({ since, until: engineTime(to) }, signal);
    const evidence = lines.filter((line) => {
      const read = readLine(line);
      if (read.kind === 'fault') throw cannotRead(this.host, read.reason);
      return read.kind === 'event' || read.kind === 'oversized';
    });
    return {
      lines: this.#readsLog ? evidence.filter((line) => (nanoseconds(line) ?? from) <= to) : evidence,
      count: lines.length,
      isWhole,
      date,
    };
  }

  /** What is brought by a request that the engine answers from its memory alone. */
  async #ask(request: EventsQuery, signal: AbortSignal): Promise<Omit<Answer, 'count'>> {
    using link = linkAbort(signal);
    const { body, date } = await this.open(request, link.signal);
    const latest = new LatestLines();
    let lastByte = NEWLINE;
    const whole = new Promise<void>((resolve, reject) => {
      const splitter = new LineSplitter({ line: (line) => latest.add(line) });
      body.on('data', (chunk) => {
        splitter.write(chunk);
        lastByte = chunk.at(-1) ?? lastByte;
      });
      body.on('end', () => {
        splitter.flush();
        resolve();
      });
      body.on('error', reject);
      body.on('close', () =>
        reject(fault('CONNECTION_LOST', `${this.host} broke off while it was answering.`)),
      );
    });
    try {
      await this.#inTime(whole, END, link.signal);
      // Without a length or chunks, an answer that is cut short ends like a whole one.
      return { lines: latest.lines, isWhole: latest.areAll && lastByte === NEWLINE, date };
    } catch (error) {
      discard(body);
      throw classify(error, this.host);
    } finally {
      link.abort();
    }
  }

  /**
   * The engine's clock, in nanoseconds, to the second below; undefined where no `Date` header says it. Asked of
   * `GET /events` itself, the one path that whatever guards the engine has to let through.
   */
  async now(signal: AbortSignal): Promise<bigint | undefined> {
    const { date } = await this.#ask({ since: engineTime(0n), until: engineTime(1n) }, signal);
    this.#tellsTime = date !== undefined;
    return date;
  }

  /**
   * Waits for the headers of an answer. Resolves with undefined where they are held back: some proxies send those of a
   * stream with its first byte, and a quiet engine sends none. The stream then counts as open and silent, and the same
   * checks as for any silent stream show whether it delivers the engine's events. The evidence is a bounded query, sent
   * after half of the time, that is answered before the headers come.
   */
  async #headers(
    request: EventsQuery,
    answer: Promise<EventsResponse>,
    link: LinkedAbort,
  ): Promise<EventsResponse | undefined> {
    const headers = this.#inTime(answer, 'headers', link.signal);
    if (request.until !== undefined || request.stream === false) return headers;
    const { clock, timeout } = this.#options;
    using own = linkAbort(link.signal);
    let isEngineThere = false;
    const question = async () => {
      if (!(await delay(clock, timeout / 2, own.signal))) return;
      await this.now(own.signal);
      isEngineThere = true;
    };
    question().catch(() => {}); // without an answer it is no sign
    try {
      return await headers;
    } catch (error) {
      if (isEngineThere && isWatcherError(error, 'TIMEOUT')) return undefined;
      throw error;
    } finally {
      own.abort();
    }
  }

  /** Waits for `answer`, but no longer than `timeout` and not past an abort. */
  async #inTime<T>(answer: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
    const { clock, timeout, host } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimeout(() => late.reject(fault('TIMEOUT', slow(host, what, timeout))), timeout);
    try {
      return await Promise.race([late.promise, until(answer, signal)]);
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

/** The body of an answer whose headers are held back. It stays silent until they come. */
function bodyOf(answer: Promise<EventsResponse>, host: string): Body {
  const body = new PassThrough();
  answer.then(
    (response) => {
      if ('refusal' in response) body.destroy(classifyStatus(response.refusal, host));
      else pipeline(response.body as Readable, body, () => {}); // the reader of `body` receives a failure
    },
    (error) => body.destroy(classify(error, host)),
  );
  return body;
}

/** What an engine says that has answered 200 and then finds that it cannot read its events. */
export const cannotRead = (host: string, reason: string) =>
  fault('ENGINE_FAULT', `${host} cannot read its events: ${oneLine(reason)}`);

function letGo(response: EventsResponse): void {
  if (!('refusal' in response)) discard(response.body as Body);
}

/** Ends the body of a client that may not heed an abort. */
function discard(body: Body): void {
  body.on('error', () => {});
  body.destroy?.();
}

function engineDate(headers: OpenResponse['headers']): bigint | undefined {
  const date = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(date) ? undefined : BigInt(date) * 1_000_000n;
}

const NEWLINE = 0x0a;

const END = 'end of the answer';

const slow = (host: string, what: string, timeout: number) =>
  `No ${what} from ${host} within ${timeout} ms. Is the engine overloaded or frozen? If it is only slow, raise "timeout".${
    what === END ? ' Or does a proxy on the way set a "Date" that is ahead of the engine\'s?' : ''
  }`;
