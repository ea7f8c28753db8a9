import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/output/table.ts';
import { route } from '../routes/support.ts';

/** What stands in the cells, row by row. */
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
  it('has alias, target and origin of each route, and their number', () => {
    const routes = [
      route('app', { host: '10.0.0.1', origin: 'container web' }),
      route('ssh', { scheme: 'tcp', port: 22, listen: 2222 }),
    ];
    expect(cells(renderTable(routes, { color: false }))).toEqual([
      ['alias (2)', 'target', 'from'],
      ['app', 'http://10.0.0.1:80', 'container web'],
      ['ssh', ':2222 -> tcp://localhost:22', 'somewhere'],
    ]);
  });

  it('says so when there are none', () => {
    expect(renderTable([], { color: false })).toBe('No routes.\n');
  });

  it('has escape sequences only if asked', () => {
    const plain = renderTable([route('app')], { color: false });
    const colored = renderTable([route('app')], { color: true });
    expect(plain).toBe(stripVTControlCharacters(plain));
    expect(stripVTControlCharacters(colored)).toBe(plain);
    expect(colored).toContain('\u001b[');
  });

  it('shows no control character that a route brings', () => {
    const hostile = route('app', { host: 'a\u001b[2Jb', origin: 'container \u202ex\ny' });
    expect(cells(renderTable([hostile], { color: false }))[1]).toEqual([
      'app',
      'http://a\\u001b[2Jb:80',
      'container \\u202ex\\u000ay',
    ]);
  });
});
