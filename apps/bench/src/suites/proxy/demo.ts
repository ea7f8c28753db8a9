import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningDemo extends AsyncDisposable {
  readonly proxy: URL;
}

/** Starts the demo in a process of its own. Resolves when its proxy listens. */
export async function startDemo(args: readonly string[]): Promise<RunningDemo> {
  const main = fileURLToPath(new URL('../../../../demo/src/main.ts', import.meta.url));
  const sources = new URL('../../../../../scripts/sources.mjs', import.meta.url).href;
  const options = ['--json', '--proxy', '0', '--page', '0'];
  const child = spawn(process.execPath, ['--import', sources, main, ...options, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { promise, resolve, reject } = Promise.withResolvers<URL>();
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    const [, proxy] = /"proxy":"([^"]+)"/.exec(line) ?? [];
    if (proxy) resolve(new URL(proxy));
    else if (line.startsWith('demo: ')) reject(new Error(line));
  });
  void exited.then(() => reject(new Error('The demo ended before its proxy listened.')));
  return {
    proxy: await promise,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
