import { Buffer } from 'node:buffer';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ContainerSummary, type CreateOptions, EngineError } from '../test-engine.ts';
import { COMMAND, IMAGE } from './image-archive.ts';

const BORN_WITH = new Set(['bridge', 'host', 'none', 'podman']);

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is bytes. */
  readonly body?: object | Buffer;
}

/** The Engine API on a Unix socket, as far as a test drives an engine with it. Each request has its own connection. */
export class EngineApi {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Whether the daemon answers. */
  async ping(): Promise<boolean> {
    try {
      await this.request('GET', '/_ping');
      return true;
    } catch {
      return false;
    }
  }

  async importImage(archive: Buffer): Promise<void> {
    const query = { fromSrc: '-', repo: IMAGE, tag: 'latest' };
    const answer = await this.request('POST', '/images/create', { query, body: archive });
    // The status was sent before the work was done: what went wrong is in the body.
    if (answer.includes('"error"')) throw new EngineError(500, `Importing the image failed: ${answer}`);
  }

  async create({ name, labels = {}, network = 'none' }: CreateOptions): Promise<string> {
    const body = {
      Image: IMAGE,
      Cmd: COMMAND,
      Labels: labels,
      // The first process of a container ignores signals that it does not handle; this one it cannot ignore.
      StopSignal: 'SIGKILL',
      HostConfig: { NetworkMode: network },
    };
    const answer = await this.request('POST', '/containers/create', { query: { name }, body });
    return (JSON.parse(answer) as { Id: string }).Id;
  }

  /** `start`, `stop`, `kill`, `pause`, `unpause`, `rename`. */
  async act(id: string, action: string, query: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.request('POST', `/containers/${encodeURIComponent(id)}/${action}`, { query });
  }

  async remove(id: string): Promise<void> {
    await this.request('DELETE', `/containers/${encodeURIComponent(id)}`, { query: { force: '1', v: '1' } });
  }

  async list(all: boolean): Promise<ContainerSummary[]> {
    return JSON.parse(await this.request('GET', '/containers/json', { query: { all: all ? '1' : '0' } }));
  }

  /** @param bridge the interface that it is to have on this machine */
  async createNetwork(name: string, bridge: string): Promise<string> {
    const Options = { 'com.docker.network.bridge.name': bridge };
    const body = { Name: name, Internal: true, Options };
    const answer = await this.request('POST', '/networks/create', { body });
    return (JSON.parse(answer) as { Id: string }).Id;
  }

  async removeNetwork(network: string): Promise<void> {
    await this.request('DELETE', `/networks/${encodeURIComponent(network)}`);
  }

  async connect(network: string, id: string): Promise<void> {
    const path = `/networks/${encodeURIComponent(network)}/connect`;
    await this.request('POST', path, { body: { Container: id } });
  }

  async disconnect(network: string, id: string): Promise<void> {
    const path = `/networks/${encodeURIComponent(network)}/disconnect`;
    await this.request('POST', path, { body: { Container: id } });
  }

  /** The IDs of the networks that were made, without those that every engine is born with. */
  async ownNetworks(): Promise<string[]> {
    const networks: { Id: string; Name: string }[] = JSON.parse(await this.request('GET', '/networks'));
    return networks.filter(({ Name }) => !BORN_WITH.has(Name)).map(({ Id }) => Id);
  }

  /**
   * Resolves to the body of a successful answer.
   *
   * @throws {EngineError} with the engine's message, or with status 0 when it does not answer
   */
  async request(method: string, path: string, { query = {}, body }: ApiRequest = {}): Promise<string> {
    const isBytes = body instanceof Uint8Array;
    const content = body === undefined || isBytes ? body : JSON.stringify(body);
    const search = new URLSearchParams(query).toString();
    const request = httpRequest({
      socketPath: this.#socketPath,
      method,
      path: search ? `${path}?${search}` : path,
      agent: false,
      headers: {
        Host: 'engine',
        ...(content !== undefined && {
          'Content-Type': isBytes ? 'application/x-tar' : 'application/json',
          'Content-Length': Buffer.byteLength(content),
        }),
      },
    });
    request.end(content);
    let answer: string;
    let status: number;
    try {
      const response = await responseTo(request);
      status = response.statusCode ?? 0;
      answer = await text(response);
    } catch (cause) {
      throw new EngineError(0, `${method} ${path}: no answer on ${this.#socketPath}: ${cause}`, { cause });
    }
    if (status < 400) return answer;
    throw new EngineError(status, `${method} ${path}: ${status} ${messageOf(answer)}`);
  }
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
}

function messageOf(answer: string): string {
  try {
    return (JSON.parse(answer) as { message?: string }).message ?? answer;
  } catch {
    return answer;
  }
}
