/** Options that every request of dockerode takes. */
export interface ReadOptions {
  /** Ends the request, or the stream that it opened. */
  readonly abortSignal?: AbortSignal;
  readonly [name: string]: unknown;
}

/** The part of dockerode that reads, for programs that compile without `@types/dockerode`. */
export interface DockerReader {
  listContainers(options?: ReadOptions): Promise<ContainerSummary[]>;
  getContainer(id: string): ContainerReader;
  getEvents(options?: ReadOptions): Promise<ReadableBody>;
  info(options?: ReadOptions): Promise<Record<string, unknown>>;
  version(options?: ReadOptions): Promise<Record<string, unknown>>;
  ping(options?: ReadOptions): Promise<unknown>;
}

/** One container, by its ID or name. */
export interface ContainerReader {
  readonly id: string;
  inspect(options?: ReadOptions): Promise<Record<string, unknown>>;
  /** Returns all output as bytes; with `follow: true`, a stream. */
  logs(options: ReadOptions & { readonly follow: true }): Promise<ReadableBody>;
  logs(options?: ReadOptions & { readonly follow?: false }): Promise<Uint8Array>;
  /** Returns a stream of readings; with `stream: false`, one reading. */
  stats(options: ReadOptions & { readonly stream: false }): Promise<Record<string, unknown>>;
  stats(options?: ReadOptions & { readonly stream?: true }): Promise<ReadableBody>;
}

/** The fields of `GET /containers/json` that all engines have. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: string[];
  readonly Image: string;
  readonly State: string;
  readonly Status: string;
  readonly Created: number;
  readonly Labels: Record<string, string>;
}

/** A Node readable stream. */
export interface ReadableBody extends AsyncIterable<Uint8Array> {
  on(event: string, listener: (...values: never[]) => void): unknown;
  pipe<T>(target: T): T;
  destroy(error?: Error): unknown;
}
