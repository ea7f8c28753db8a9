import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** A real application behind the proxy. It also accepts WebSockets, and sends back what it receives. */
export async function startUpstream(listener: RequestListener, port = 0): Promise<Upstream> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  const sockets = new Set<{ destroy(): void }>();
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    // A frame of a client is masked; back goes the same text, unmasked. Short frames are enough here.
    socket.on('data', (frame: Buffer) => {
      const isClose = ((frame[0] ?? 0) & 0x0f) === 8;
      if (isClose) return void socket.end(Buffer.from([0x88, 0]));
      const length = (frame[1] ?? 0) & 0x7f;
      const text = frame.subarray(6, 6 + length).map((byte, i) => byte ^ (frame[2 + (i % 4)] ?? 0));
      socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
    });
    socket.on('error', () => {});
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}
