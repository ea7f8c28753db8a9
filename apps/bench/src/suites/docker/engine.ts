/**
 * An engine that does nothing but send: `node engine.ts <socket> <events> <noise>`. Prints `ready`, and serves until
 * its standard input ends. `noise` is the share, in percent, of exec events, as health checks make them.
 *
 * It stands in a process of its own, so that what it costs is on nobody's account.
 */
import * as http from 'node:http';

const [socket = '', events = '0', noise = '0'] = process.argv.slice(2);
const body = Buffer.from(lines(Number(events), Number(noise)).join(''));

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://engine');
  response.setHeader('Api-Version', '1.41');
  response.setHeader('Ostype', 'linux');
  if (!url.pathname.endsWith('/events') || url.searchParams.has('until')) {
    response.end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  send(response, 0);
});
server.listen(socket, () => console.log('ready'));
process.stdin.on('end', () => process.exit(0)).resume();

function send(response: http.ServerResponse, from: number): void {
  let at = from;
  while (at < body.length) {
    const end = at + 65_536;
    const more = response.write(body.subarray(at, end));
    at = end;
    if (more) continue;
    response.once('drain', () => send(response, at));
    return;
  }
}

/** Lines as Docker 20.10 writes them, of about 600 bytes: a container with eight labels. */
function lines(count: number, noise: number): string[] {
  const labels = Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`com.example.label.number.${n}`, `value-${n}`]),
  );
  return Array.from({ length: count }, (_, n) => {
    const id = n.toString(16).padStart(64, '0');
    const action =
      n % 100 < noise ? 'exec_start: /bin/sh -c true' : (['start', 'die', 'destroy'][n % 3] ?? '');
    const seconds = 1_795_406_591 + Math.floor(n / 1000);
    const message = JSON.stringify({
      status: action,
      id,
      from: 'nginx:latest',
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: { image: 'nginx:latest', name: `web-${n}`, ...labels } },
      scope: 'local',
      time: seconds,
    });
    const nano = String((n % 1000) * 1_000_000).padStart(9, '0');
    return `${message.slice(0, -1)},"timeNano":${seconds}${nano}}\n`;
  });
}
