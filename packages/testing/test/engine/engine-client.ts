import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { delay, systemClock } from '@watcher/core';

export interface EngineReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A message as it was read off the wire. `timeNano` is the text of the number, which a number would round. */
export interface WireMessage {
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: string;
  readonly time: number;
  readonly nanos: bigint;
  readonly keys: readonly string[];
  readonly HealthStatus?: string;
}

type Query = Readonly<Record<string, string>>;

const DEADLINE = 15_000;

/** Plain HTTP to an engine on whichever host, one connection a request. */
export class EngineClient {
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  /** Sends a request; resolves with the response when its headers are there. */
  open(
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Query } = {},
  ): Promise<IncomingMessage> {
    const url = new URL(this.#host);
    const where =
      url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ ...where, path, method, headers, agent: false }, resolve);
      request.on('error', reject);
      request.end();
    });
  }

  async ask(path: string, options?: { method?: string; headers?: Query }): Promise<EngineReply> {
    const response = await this.open(path, options);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.ask(path)).body);
  }

  /** The events of a bounded query, which the engine ends by itself. */
  async replay(query: Query, path = '/events'): Promise<WireMessage[]> {
    const { status, body } = await this.ask(`${path}?${new URLSearchParams(query)}`);
    if (status !== 200) throw new Error(`${status} ${body}`);
    return body.split('\n').filter(Boolean).map(parseMessage);
  }

  /** An open stream of events that is subscribed when this resolves. */
  async follow(query: Query = {}, path = '/events'): Promise<Following> {
    const before = await this.listeners();
    const following = new Following(await this.open(`${path}?${new URLSearchParams(query)}`));
    await eventually(async () => (await this.listeners()) > before, 'a further listener');
    return following;
  }

  /** How many listeners the engine says it has. */
  async listeners(): Promise<number> {
    return (await this.json<{ NEventsListener: number }>('/info')).NEventsListener;
  }
}

/** The messages of one open GET /events. */
export class Following implements AsyncDisposable {
  readonly response: IncomingMessage;
  readonly messages: WireMessage[] = [];
  /** How it ended: undefined while it is open, `end` for a clean end, else the error's code. */
  ended: string | undefined;
  #rest = '';

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.messages.push(parseMessage(line));
    });
    response.once('end', () => {
      this.ended ??= 'end';
    });
    response.once('error', (error: NodeJS.ErrnoException) => {
      this.ended ??= error.code ?? error.message;
    });
  }

  /** Waits until there is such a message, and gives all up to it. */
  async until(wanted: (message: WireMessage) => boolean): Promise<WireMessage[]> {
    await eventually(
      () => this.messages.some(wanted),
      () => `a message among ${this.messages.map(briefly).join(', ') || 'none'}`,
    );
    return this.messages.slice(0, this.messages.findIndex(wanted) + 1);
  }

  async end(): Promise<string> {
    await eventually(() => this.ended !== undefined, 'the stream to end');
    return this.ended ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.response.destroy();
  }
}

/** Waits for a condition; fails when it does not come to hold in time. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  waitedFor: string | (() => string),
): Promise<void> {
  const end = systemClock.monotonic() + DEADLINE;
  while (!(await condition())) {
    if (systemClock.monotonic() > end) {
      throw new Error(`Waited for ${typeof waitedFor === 'string' ? waitedFor : waitedFor()}.`);
    }
    await delay(systemClock, 5, new AbortController().signal);
  }
}

export function parseMessage(line: string): WireMessage {
  const parsed = JSON.parse(line);
  const [, nanos = '0'] = /"timeNano":(\d+)/.exec(line) ?? [];
  return { ...parsed, nanos: BigInt(nanos), keys: Object.keys(parsed) };
}

/** `container start`, and so on. */
export function briefly({ Type, Action }: Pick<WireMessage, 'Type' | 'Action'>): string {
  return `${Type} ${Action}`;
}

/** Nanoseconds as `since` and `until` want them. */
export function timestamp(nanos: bigint): string {
  return `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`;
}

export function filters(fields: Readonly<Record<string, readonly string[]>>): string {
  return JSON.stringify(fields);
}
