import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * As little of an engine as a watcher needs, so that nearly all time is the watcher's: it has told of one event,
 * and its one stream then brings as many more as `flood` is asked for.
 */
export class FloodingEngine implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: Server;
  #stream: ServerResponse | undefined;
  #sent = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => {
      const until = new URL(request.url ?? '', 'http://engine').searchParams.get('until');
      if (until !== '1') response.write(startLine(0)); // nothing had happened by then
      if (until !== null) response.end();
      else this.#stream = response;
    });
  }

  static async start(): Promise<FloodingEngine> {
    const engine = new FloodingEngine(await mkdtemp(join(tmpdir(), 'flooding-engine-')));
    engine.#server.listen(join(engine.#folder, 'socket'));
    await once(engine.#server, 'listening');
    return engine;
  }

  get host(): string {
    return `unix://${this.#folder}/socket`;
  }

  /** Sends `count` starts of containers, no two alike, as fast as they are read. */
  async flood(count: number): Promise<void> {
    const stream = this.#stream;
    if (!stream) throw new Error('Nobody has subscribed.');
    const end = this.#sent + count;
    while (this.#sent < end) {
      let chunk = '';
      for (let n = 0; n < LINES_IN_A_CHUNK && this.#sent < end; n++) chunk += startLine(++this.#sent);
      if (!stream.write(chunk)) await once(stream, 'drain');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}

const LINES_IN_A_CHUNK = 100;

const BEGAN = 1_795_406_591;

/** About 600 bytes, as those of a container with a few labels are. */
function startLine(n: number): string {
  const id = String(n).padStart(64, '0');
  const attributes = `"image":"registry.example/web:1.2.3","name":"web-${n}","proxy.aliases":"app","com.example.note":"${NOTE}"`;
  const time = `"time":${BEGAN},"timeNano":${BEGAN}${String(n).padStart(9, '0')}`;
  return `{"status":"start","id":"${id}","from":"web","Type":"container","Action":"start","Actor":{"ID":"${id}","Attributes":{${attributes}}},"scope":"local",${time}}\n`;
}

const NOTE = 'x'.repeat(150);
