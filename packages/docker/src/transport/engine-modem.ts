import type { Clock, WatcherError } from '@watcher/core';
import { type LinkedAbort, linkAbort } from '../concurrency.ts';
import { classify } from '../errors/classify.ts';
import { fault } from '../errors/fault.ts';
import { StatusError } from '../errors/status-error.ts';
import type { EngineResponse } from './content-coding.ts';
import { demuxStream } from './demux-stream.ts';
import type { EngineHttp } from './engine-http.ts';

/** What dockerode asks a modem for. */
export interface DialOptions {
  /** Without a version; with a question mark where `options` are its query. */
  readonly path: string;
  readonly method?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly abortSignal?: AbortSignal | undefined;
  /** Whether the answer is handed over as a stream. */
  readonly isStream?: boolean;
  /** True for an answer; a text for a refusal that dockerode has a name for. */
  readonly statusCodes?: Readonly<Record<number, boolean | string | undefined>>;
  readonly file?: unknown;
  readonly hijack?: boolean;
  readonly openStdin?: boolean;
}

export type DialCallback = (error: unknown, answer: unknown) => void;

/** How long a request may take. */
export interface Deadline {
  readonly clock: Clock;
  /** Milliseconds until the headers of a stream, or all of another answer, have to be there. */
  readonly timeout: number;
}

/** The largest answer that is read as a whole, in bytes. Ten thousand containers make 40 MB. */
export const MAX_ANSWER = 64 * 1024 * 1024;

/**
 * Carries the requests of a dockerode in place of docker-modem: reads only, to the one engine that `http` leads to.
 * Why not docker-modem, see docs/decisions, "Use dockerode, with our own modem".
 */
export class EngineModem {
  /** Dockerode sets it, and makes its promises with it. */
  Promise: PromiseConstructor = Promise;
  readonly demuxStream = demuxStream;
  readonly #http: EngineHttp;
  readonly #deadline: Deadline | undefined;
  /** Of requests and streams that have not ended. */
  readonly #links = new Set<LinkedAbort>();
  /** Returns what requests reject with once it is closed. An error costs more than a request, so it is made if needed. */
  #closeReason: (() => unknown) | undefined;
  readonly #running = new Set<Promise<void>>();

  /** @param deadline undefined: the caller limits each request by its signal */
  constructor(http: EngineHttp, deadline?: Deadline) {
    this.#http = http;
    this.#deadline = deadline;
  }

  /** Calls `callback` once: with a stream, a parsed answer or the bytes of another; or with an error. */
  dial(options: DialOptions, callback: DialCallback): void {
    const running = this.#answer(options).then(
      (answer) => callback(null, answer),
      (error) => callback(error, null),
    );
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running)).catch(() => {});
  }

  /**
   * Ends every request and stream; resolves when no request waits for its answer. These and later requests reject with
   * `reason`. Default: an error that says so.
   */
  async close(reason?: unknown): Promise<void> {
    const { host } = this.#http;
    this.#closeReason ??= () => reason ?? fault('ABORTED', `The connection to ${host} is closed.`);
    for (const link of this.#links) link.abort(this.#closeReason());
    await Promise.allSettled(this.#running);
  }

  async #answer(options: DialOptions): Promise<unknown> {
    const { abortSignal, isStream, method = 'GET' } = options;
    if (this.#closeReason) throw this.#closeReason();
    abortSignal?.throwIfAborted();
    const request = `${method} ${options.path.split('?', 1)[0]}`;
    if ((method !== 'GET' && method !== 'HEAD') || options.hijack || options.openStdin || options.file)
      throw readOnly(request);
    const link = linkAbort(...(abortSignal ? [abortSignal] : []));
    this.#links.add(link);
    const ended = () => {
      this.#links.delete(link);
      link[Symbol.dispose]();
    };
    const { host } = this.#http;
    let isLate = false;
    const { clock, timeout } = this.#deadline ?? {};
    const timer = clock?.setTimeout(() => {
      isLate = true;
      link.abort();
    }, timeout as number);
    try {
      const response = await this.#http.send({
        method,
        path: pathOf(options),
        signal: link.signal,
        reusesConnection: !isStream,
        accepts: (status) => (options.statusCodes ?? OK)[status] === true,
      });
      if (!isStream) return await readAnswer(response, host, request);
      response.once('close', ended);
      if (method === 'HEAD') response.resume(); // it has no body that somebody would read
      return response;
    } catch (error) {
      ended();
      if (isLate) {
        const advice = 'Is the engine overloaded or frozen? If it is only slow, raise "timeout".';
        throw fault('TIMEOUT', `No answer to ${request} from ${host} within ${timeout} ms. ${advice}`);
      }
      if (link.signal.aborted) throw link.signal.reason ?? error;
      throw describeError(error, host, options);
    } finally {
      if (timer !== undefined) clock?.clearTimeout(timer);
      if (!isStream) ended();
    }
  }
}

/** Adds what programs that know dockerode look at: `statusCode`, `reason` and `json`. */
function describeError(error: unknown, host: string, { statusCodes = OK }: DialOptions): WatcherError {
  const classified = classify(error, host);
  if (!(error instanceof StatusError)) return classified;
  const { statusCode, message } = error;
  const reason = statusCodes[statusCode];
  return Object.assign(classified, {
    statusCode,
    ...(typeof reason === 'string' && { reason }),
    json: { message },
  });
}

/** What counts as an answer where dockerode does not say. */
const OK: NonNullable<DialOptions['statusCodes']> = { 200: true };

function readOnly(request: string): WatcherError {
  const advice = 'For requests that change something, or that talk both ways, use a dockerode of your own.';
  return fault('READ_ONLY', `${request} was not sent: this connection only reads. ${advice}`);
}

/** The path with its query, as docker-modem writes it: objects as JSON, arrays as repeated names. */
function pathOf({ path, options = {} }: DialOptions): string {
  const query = new URLSearchParams();
  const given = (options['_query'] ?? options) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || name === 'abortSignal' || name === 'authconfig') continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, textOfValue(item));
  }
  const bare = path.endsWith('?') ? path.slice(0, -1) : path;
  if (query.size === 0) return bare;
  return `${bare}${bare.includes('?') ? '&' : '?'}${query}`;
}

function textOfValue(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Reads an answer as a whole: parsed where it is JSON, else as bytes, as docker-modem has it. */
async function readAnswer(response: EngineResponse, host: string, request: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER) {
      const what = `${host} answers ${request} with more than ${MAX_ANSWER / 1024 / 1024} MiB`;
      throw fault('PROTOCOL', `${what}. Ask for less, or for a stream.`);
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    if (!response.headers['content-type']?.startsWith('application/json') || length === 0) return bytes;
    throw fault('PROTOCOL', `${host} answers ${request} with JSON that cannot be read. Is it an engine?`);
  }
}
