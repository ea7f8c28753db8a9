import { createInterface } from 'node:readline';
import type { EngineWords } from '../../oracle/published.ts';
import type { EngineHttp } from './engine-http.ts';

/**
 * Reads an engine's events on a connection of its own that no fault reaches: as near as one comes to what a real
 * engine has published. What it misses when the daemon is killed is no matter: nothing is asked of that then.
 */
export class Observer {
  readonly #http: EngineHttp;
  readonly #hear: (message: EngineWords) => void;
  /** What was heard: the memory of a daemon that is asked again may hold it still. */
  readonly #heard = new Set<string>();
  #stop = new AbortController();

  constructor(http: EngineHttp, hear: (message: EngineWords) => void) {
    this.#http = http;
    this.#hear = hear;
  }

  /** Listens from now on, or from the beginning of the daemon's memory. Resolves once it is listened to. */
  async listen(from: 'now' | 'the beginning'): Promise<void> {
    this.close();
    this.#stop = new AbortController();
    // An engine says 200 before it subscribes, and what is replayed closes that gap.
    const since = from === 'now' ? `${Date.now() / 1000}` : '0';
    const response = await this.#http.open('GET', `/events?since=${since}`, this.#stop.signal);
    const lines = createInterface({ input: response });
    lines.on('line', (line) => this.#line(line));
    lines.on('error', () => {}); // the daemon was killed, or the round is over
  }

  close(): void {
    this.#stop.abort();
  }

  #line(line: string): void {
    if (this.#heard.has(line)) return;
    this.#heard.add(line);
    const [, nanoseconds = '0'] = /"timeNano":(\d+)/.exec(line) ?? [];
    this.#hear({ ...(JSON.parse(line) as EngineWords), timeNano: BigInt(nanoseconds) });
  }
}
