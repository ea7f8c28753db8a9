import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/output/table.ts';
import { route } from '../routes/support.ts';

const wide = { columns: 120, rows: 40, color: false };

/** The cells, row by row. */
function cells(table: string): string[][] {
  const rows = table.split('\n').filter((line) => line.startsWith('│'));
  return rows.map((line) =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of routes', () => {
  it('has alias, upstream and provider of each route, and their number', () => {
    const routes = [
      route('app', { host: '10.0.0.1', origin: 'container web', health: 'starting' }),
      route('ssh', { scheme: 'tcp', port: 22, listen: 2222 }),
    ];
    expect(cells(renderTable(routes, wide))).toEqual([
      ['alias (2)', 'upstream', 'provider'],
      ['app', 'http://10.0.0.1:80 (starting)', 'container web'],
      ['ssh', ':2222 -> tcp://localhost:22', 'somewhere'],
    ]);
  });

  it('reports an empty table', () => {
    expect(renderTable([], wide)).toBe('No routes.');
  });

  it.each([44, 64, 80, 200])('fits %i columns', (columns) => {
    const long = 'x'.repeat(100);
    const routes = [
      route('nas.example.com', { scheme: 'https', host: '192.168.1.20', port: 5001 }),
      route(long, { host: long, origin: long }),
    ];
    const lines = renderTable(routes, { ...wide, columns }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('shows alias and upstream in full in 44 columns', () => {
    const table = renderTable([route('shop', { scheme: 'https', host: '192.168.1.20', port: 5001 })], {
      ...wide,
      columns: 44,
    });
    expect(cells(table)[1]).toEqual(['shop', 'https://192.168.1.20:5001']);
  });

  it('is not higher than the terminal, and counts the other routes', () => {
    const routes = Array.from({ length: 100 }, (_, i) => route(`app${i}`));
    const lines = renderTable(routes, { ...wide, rows: 24 }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.at(-1)).toBe('… and 81 more');
  });

  it('has escape sequences only if asked', () => {
    const plain = renderTable([route('app')], wide);
    const colored = renderTable([route('app')], { ...wide, color: true });
    expect(plain).toBe(stripVTControlCharacters(plain));
    expect(stripVTControlCharacters(colored)).toBe(plain);
    expect(colored).toContain('\u001b[');
  });

  it('shows no control character of a route', () => {
    const hostile = route('app', { host: 'a\u001b[2Jb', origin: 'container \u202ex\ny' });
    expect(cells(renderTable([hostile], wide))[1]).toEqual([
      'app',
      'http://a\\u001b[2Jb:80',
      'container \\u202ex\\u000ay',
    ]);
  });
});
