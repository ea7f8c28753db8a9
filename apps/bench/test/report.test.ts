import { expect, test } from 'vitest';
import { drawCharts } from '../src/chart.ts';
import { median } from '../src/isolate.ts';
import { renderPage } from '../src/report.ts';

test('a median is the middle, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('the page names machine and Node, and has every table', () => {
  const machine = {
    cpu: 'Some CPU',
    cores: 2,
    memory: '8 GiB',
    system: 'Linux x64',
    node: 'Node v24',
    date: '2026-01-01',
  };
  const table = { title: 'Speed', columns: ['', 'ns'], rows: [['ours', '12']], notes: ['Read it well.'] };
  const page = renderPage({ one: { title: 'One', about: ['How.'], tables: [table], machine } });
  expect(page).toContain('Node v24. Some CPU, 2 cores, 8 GiB, Linux x64. 2026-01-01.');
  expect(page).toContain('### Speed\n\n|      |   ns |\n| ---- | ---: |\n| ours |   12 |\n\nRead it well.');
});

test('a bar ten times as long in value is one step longer, and text is escaped', () => {
  const bars = [1, 10, 100].map((value) => ({ name: `<${value}>`, value, ours: value === 100 }));
  const svg = drawCharts([{ title: 'T', unit: 'u', bars }]);
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  const step = (widths[0] ?? 0) / 3;
  expect(step).toBeGreaterThan(50);
  expect(widths[1]).toBeCloseTo(2 * step, 0);
  expect(widths[2]).toBeCloseTo(step, 0);
  expect(svg).toContain('&#60;100&#62;');
});
