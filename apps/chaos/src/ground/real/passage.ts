import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { ProxyFaults } from './proxy-faults.ts';

const END_OF_HEAD = '\r\n\r\n';

/** One connection through the proxy. It carries one request, as the watcher's do. */
export class Passage {
  readonly #client: Socket;
  readonly #connect: () => Socket;
  readonly #apiVersion: string;
  #engine: Socket | undefined;
  #request = '';
  #faults: ProxyFaults | undefined;
  /** Where the request is on its way to the engine. */
  #state: 'reading' | 'read' | 'forwarded' = 'reading';
  #timer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #deaf = false;
  /** It asks for events without an end. */
  isStream = false;

  constructor(client: Socket, connect: () => Socket, apiVersion: string) {
    this.#client = client;
    this.#connect = connect;
    this.#apiVersion = apiVersion;
    client.on('error', () => {});
    client.on('data', (chunk) => this.#read(chunk));
    client.once('close', () => this.close());
  }

  /** Does from now on what the faults say. */
  meet(faults: ProxyFaults): void {
    this.#faults = faults;
    if (this.#state === 'read') this.#forward();
    const holds = this.#deaf || faults.blackHole || (faults.silence && this.isStream);
    if (holds) this.#engine?.pause();
    else if (!this.#client.writableNeedDrain) this.#engine?.resume();
    this.#cutLater();
  }

  /** Nothing comes from the engine any more, whatever is lifted. */
  deafen(): void {
    this.#deaf = true;
    this.#engine?.pause();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#cutTimer);
    this.#client.destroy();
    this.#engine?.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'forwarded') {
      this.#engine?.write(chunk);
      return;
    }
    this.#request += chunk.toString('latin1');
    if (!this.#request.includes(END_OF_HEAD)) return;
    this.#state = 'read';
    this.isStream = isSubscription(this.#request);
    this.#forward();
    this.#cutLater();
  }

  /** Sends the request to the engine; where subscriptions are late, only after saying that it was granted. */
  #forward(): void {
    const faults = this.#faults;
    if (!faults || faults.blackHole || this.#timer) return;
    if (faults.lateSubscription === undefined || !this.isStream || !this.#isUnderstood()) {
      this.#pass(false);
      return;
    }
    this.#client.write(this.#granted());
    this.#timer = setTimeout(() => this.#pass(true), faults.lateSubscription);
  }

  #pass(withoutHead: boolean): void {
    const engine = this.#connect();
    this.#engine = engine;
    this.#state = 'forwarded';
    let head: Buffer | undefined = withoutHead ? Buffer.alloc(0) : undefined;
    engine.on('error', () => {});
    engine.once('close', () => this.#client.destroy());
    engine.on('data', (chunk) => {
      let rest: Buffer = chunk;
      if (head) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(END_OF_HEAD);
        if (end < 0) return;
        if (!head.toString('latin1').startsWith('HTTP/1.1 200')) return this.close();
        rest = head.subarray(end + END_OF_HEAD.length);
        head = undefined;
      }
      if (rest.length > 0 && !this.#client.write(rest)) engine.pause();
    });
    this.#client.on('drain', () => this.#faults && this.meet(this.#faults));
    engine.write(Buffer.from(this.#request, 'latin1'));
    if (this.#faults) this.meet(this.#faults);
  }

  /** Whether the engine will grant it: not, if it is asked in a version that is too new for it. */
  #isUnderstood(): boolean {
    return !/^GET \/v/.test(this.#request) || this.#request.startsWith(`GET /v${this.#apiVersion}/`);
  }

  #granted(): string {
    const lines = [
      'HTTP/1.1 200 OK',
      `Api-Version: ${this.#apiVersion}`,
      'Content-Type: application/json',
      `Date: ${new Date().toUTCString()}`,
      'Transfer-Encoding: chunked',
    ];
    return `${lines.join('\r\n')}${END_OF_HEAD}`;
  }

  #cutLater(): void {
    const { cutAfter } = this.#faults ?? {};
    clearTimeout(this.#cutTimer);
    if (cutAfter !== undefined && this.isStream) this.#cutTimer = setTimeout(() => this.close(), cutAfter);
  }
}

function isSubscription(request: string): boolean {
  const [method, target = ''] = request.split(' ', 2);
  return method === 'GET' && target.includes('/events?') && !target.includes('until=');
}
