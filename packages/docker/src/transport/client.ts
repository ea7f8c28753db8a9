/**
 * The part of a Docker client that watching needs, as a structural type: any dockerode instance fits, and no
 * types of dockerode are needed to compile against this package.
 */
export interface DockerClient {
  /** `GET /events`: resolves with the response's body once its headers are there. */
  getEvents(options?: EventsRequest): Promise<EventsBody>;
}

export interface EventsRequest {
  /** Replay from here on, as the engine writes time: `seconds.nanoseconds`. */
  readonly since?: string | number | undefined;
  /** End here. In the engine's past: answered at once. */
  readonly until?: string | number | undefined;
  /** Podman's own: false asks for no more than there was. */
  readonly stream?: boolean | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** A Node readable stream, of which an HTTP response is one. */
export interface EventsBody {
  /**
   * The response's, of which `date` is needed: without it, the engine's time is not known, a stream that died without a
   * sign is not found, and events of before the watch come as though they were new. A response has them; whatever
   * stands in its place has to hand them on.
   */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
}
