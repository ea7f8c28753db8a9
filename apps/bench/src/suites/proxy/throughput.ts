import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import autocannon from 'autocannon';
import { startDemo } from './demo.ts';

export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  /** Responses other than 2xx, and connections that broke. */
  readonly failed: number;
}

export interface Throughput {
  readonly direct: Load;
  readonly nginx: Load;
  readonly demo: Load;
}

const CONNECTIONS = 50;
/** In which the code is compiled, and the connections are made. */
const WARM_UP_SECONDS = 3;

/** Measures the same upstream without a proxy, behind nginx and behind the demo, each with one process. */
export async function throughput(seconds: number): Promise<Throughput> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-nginx-'));
  const [upstream, proxy] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'nginx.conf'), configuration(upstream, proxy));
  await writeFile(join(folder, 'routes.yml'), `app:\n  host: 127.0.0.1\n  port: ${upstream}\n`);
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: 'ignore',
  });
  const exited = once(nginx, 'exit');
  try {
    await using demo = await startDemo(['--embedded', '--routes', join(folder, 'routes.yml')]);
    await pause(2000);
    return {
      direct: await load(`http://127.0.0.1:${upstream}/`, seconds),
      nginx: await load(`http://127.0.0.1:${proxy}/`, seconds),
      demo: await load(demo.proxy.href, seconds),
    };
  } finally {
    nginx.kill();
    await exited;
    await rm(folder, { recursive: true });
  }
}

async function load(url: string, duration: number): Promise<Load> {
  const options = { url, connections: CONNECTIONS, headers: { host: 'app' } };
  await autocannon({ ...options, duration: WARM_UP_SECONDS });
  const result = await autocannon({ ...options, duration });
  const { requests, latency, non2xx, errors } = result;
  return {
    requestsPerSecond: requests.average,
    median: latency.p50,
    p99: latency.p99,
    failed: non2xx + errors,
  };
}

function configuration(upstream: number, proxy: number): string {
  return `
daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream app { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${upstream}; location / { return 200 "${'x'.repeat(1024)}"; } }
  server {
    listen 127.0.0.1:${proxy};
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
