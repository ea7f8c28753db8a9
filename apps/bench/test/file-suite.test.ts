import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contenders } from '../src/suites/file/contenders.ts';
import { caseOf } from '../src/suites/file/stage.ts';
import { Trial } from '../src/suites/file/trial.ts';
import { fileTables, type Results } from '../src/suites/file.ts';

test.each(Object.entries(contenders))('a write is told, in place and by a rename: %s', async (_, open) => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-file-'));
  try {
    await writeFile(join(directory, 'a.yml'), 'x');
    await using trial = new Trial(directory);
    const close = await open(directory, trial.onEvent);
    for (const how of ['in place', 'by rename'] as const) {
      const { latency, events } = await trial.write('a.yml', how);
      expect(latency).toBeGreaterThanOrEqual(0);
      expect(events).toBeGreaterThan(0);
    }
    await close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a row has median and percentile over all rounds, beside the limit and what is aimed at', () => {
  const results = new Map<string, Record<string, number>[]>();
  const add = (name: string, ...rounds: number[][]) => {
    const runs = rounds.map((times) => ({
      ...Object.fromEntries(times.map((time, i) => [`in place ${i}`, time])),
      'in place events': times.length,
      'in place missed': 1,
    }));
    for (const files of [10, 100, 1000]) results.set(caseOf(name, files), runs);
  };
  add('fs.watch', [1, 2], [3]);
  add('@parcel/watcher', [50]);
  add('@watcher/file', [40, 60], [50, 70]);
  const [inPlace] = fileTables(results as Results, new Map());
  const row = (name: string) => inPlace?.rows.find(([own]) => own === name);
  expect(inPlace?.rows).toHaveLength(15);
  expect(row('fs.watch (the limit)')).toEqual([
    'fs.watch (the limit)',
    '10',
    '2.00',
    '3.00',
    '1.0',
    '0.02',
    '1.50',
    '2',
  ]);
  expect(row('@watcher/file')).toEqual([
    '@watcher/file',
    '10',
    '55.00',
    '70.00',
    '27.5',
    '0.55',
    '2.00',
    '2',
  ]);
});

test('what idling costs is the median of its own processes', () => {
  const idle = new Map([[caseOf('@watcher/file', 1000), [{ idle: 0.1 }, { idle: 0.4 }, { idle: 0.3 }]]]);
  const cost = fileTables(new Map(), idle).at(-1);
  const row = cost?.rows.find(([name, files]) => name === '@watcher/file' && files === '1000');
  expect(row?.at(-1)).toBe('0.300');
});
