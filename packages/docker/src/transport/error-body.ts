import type { Readable } from 'node:stream';
import type { Clock } from '@watcher/core';

/** How long the body of a refusal is waited for: some guards send one that never ends. */
export interface Patience {
  readonly clock: Clock;
  readonly milliseconds: number;
}

/** More than an error can show. */
const MAX_BYTES = 8192;

/**
 * Why the engine refused, from the body of its answer, or from as much of it as came in time. Never rejects, and
 * leaves no connection behind that would have to be read on.
 */
export async function readRefusal(response: Readable, patience: Patience): Promise<string> {
  return reasonIn(await readSome(response, patience));
}

function readSome(response: Readable, { clock, milliseconds }: Patience): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = () => {
      clock.clearTimeout(timer);
      response.destroy();
      resolve(Buffer.concat(chunks).subarray(0, MAX_BYTES).toString('utf8'));
    };
    const timer = clock.setTimeout(settle, milliseconds);
    response.on('error', settle);
    response.on('close', settle);
    response.on('end', settle);
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_BYTES) settle();
    });
  });
}

/** An engine writes `{"message":"…"}`, a proxy what it likes. */
function reasonIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : body;
  } catch {
    return body;
  }
}
