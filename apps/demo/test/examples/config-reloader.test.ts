import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reloadConfig } from '../../examples/config-reloader.ts';

const soon = { timeout: 15_000 };

it('reloads a valid file, and keeps the last good configuration', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-example-'));
  const path = join(folder, 'config.json');
  const abort = new AbortController();
  const configs: unknown[] = [];
  const errors: unknown[] = [];
  await writeFile(path, '{"level":1}');
  const running = reloadConfig({
    path,
    parse: (text) => JSON.parse(text) as unknown,
    onConfig: (config) => void configs.push(config),
    onError: (error) => errors.push(error),
    signal: abort.signal,
  });
  try {
    await expect.poll(() => configs, soon).toEqual([{ level: 1 }]);
    await writeFile(path, '{"level":');
    await expect.poll(() => errors.length, soon).toBeGreaterThan(0);
    expect(configs).toEqual([{ level: 1 }]);
    await writeFile(path, '{"level":2}');
    await expect.poll(() => configs, soon).toEqual([{ level: 1 }, { level: 2 }]);
  } finally {
    abort.abort();
    await running;
    await rm(folder, { recursive: true });
  }
});
