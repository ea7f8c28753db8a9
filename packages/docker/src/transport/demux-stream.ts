import type { Readable, Writable } from 'node:stream';

const HEADER_LENGTH = 8;
const STDERR = 2;

/**
 * Splits the output of a container without a terminal into its two streams, as docker-modem's `demuxStream` does. Each
 * frame has a header of 8 bytes: 0, 1 or 2 (stdin, stdout, stderr), three zeros, and the length of its content.
 * Content is passed on in pieces, so that a frame needs no memory, however long it claims to be. Output without frames,
 * from a container with a terminal, goes to `stdout`.
 */
export function demuxStream(stream: Readable, stdout: Writable, stderr: Writable): void {
  let header = Buffer.alloc(0);
  let target = stdout;
  let remaining = 0;
  let isFramed = true;
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (!isFramed) {
        stdout.write(rest);
        return;
      }
      if (remaining > 0) {
        const content = rest.subarray(0, remaining);
        target.write(content);
        remaining -= content.length;
        rest = rest.subarray(content.length);
        continue;
      }
      const missing = HEADER_LENGTH - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (!isPrefixOfHeader(header)) {
        isFramed = false;
        stdout.write(header);
      } else if (header.length === HEADER_LENGTH) {
        target = header[0] === STDERR ? stderr : stdout;
        remaining = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
  });
}

function isPrefixOfHeader(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).every((byte, index) => (index === 0 ? byte <= STDERR : byte === 0));
}
