import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { fault } from '../errors/fault.ts';

/** A decoded response of an engine. Dockerode returns it to its callers unchanged. */
export type EngineResponse = Readable & {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
};

type Zlib = typeof import('node:zlib');

/** Each decoder flushes after every chunk, so that it delays no line. */
const DECODERS: Readonly<Record<string, (zlib: Zlib) => Transform>> = {
  gzip: (zlib) => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  'x-gzip': (zlib) => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  deflate: (zlib) => zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH }),
  br: (zlib) => zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  zstd: (zlib) => zlib.createZstdDecompress({ flush: zlib.constants.ZSTD_e_flush }),
};

/** More than a proxy before a proxy adds. Each costs a buffer. */
const MAX_CODINGS = 3;

/**
 * Undoes the codings of a body. Requests ask for none, but some proxies compress every answer, and the watcher would
 * read compressed lines as noise.
 *
 * @throws {WatcherError} `PROTOCOL` for a coding that is unknown, or for more than three
 */
export function decodeBody(response: IncomingMessage, host: string): EngineResponse {
  const codings = codingsOf(response);
  if (codings.length === 0) return response;
  const decoders = codings.map((coding) => (Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined));
  if (codings.length > MAX_CODINGS || decoders.includes(undefined)) {
    response.destroy();
    const what = `${host} answered in the encoding "${codings.join(', ')}", though "identity" was asked for`;
    throw fault('PROTOCOL', `${what}. Turn compression off in the proxy before the engine.`);
  }
  const { statusCode, headers } = response;
  let body: NodeJS.ReadableStream = response;
  // The last coding was applied last. A failure destroys all, and the consumer of the last one receives it.
  const zlib = process.getBuiltinModule('node:zlib'); // seldom needed: the import of this package is the cheaper
  for (const decoder of decoders.reverse()) {
    body = pipeline(body, (decoder as (zlib: Zlib) => Transform)(zlib), () => {});
  }
  const plain = { ...headers };
  delete plain['content-encoding'];
  return Object.assign(body as Transform, { statusCode, headers: plain });
}

/** In the order in which they were applied: those of the content, then those of its transfer. */
function codingsOf({ headers }: IncomingMessage): string[] {
  return [headers['content-encoding'], headers['transfer-encoding']]
    .flatMap((value) => (value ?? '').toLowerCase().split(','))
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity' && coding !== 'chunked');
}
