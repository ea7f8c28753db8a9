import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { drawCharts } from './chart.ts';
import type { Machine } from './machine.ts';
import type { Section, Table } from './suite.ts';

const docs = new URL('../../../docs/', import.meta.url);

interface Measured extends Section {
  readonly machine: Machine;
}

/** The table on a terminal. */
export function printSection({ title, tables }: Section): void {
  console.log(`\n${title}`);
  for (const { title: heading, columns, rows } of tables) {
    const widths = columns.map((column, i) =>
      Math.max(column.length, ...rows.map((row) => (row[i] ?? '').length)),
    );
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, i) => (isText(rows, i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ');
    console.log(`\n  ${heading}\n\n  ${line(columns)}`);
    for (const row of rows) console.log(`  ${line(row)}`);
  }
}

/** Puts a suite's section into docs/benchmarks.json, and draws page and picture anew from all that is there. */
export async function writeReport(suite: string, section: Measured): Promise<void> {
  await mkdir(docs, { recursive: true });
  const all = { ...(await readSections()), [suite]: section };
  await writeFile(new URL('benchmarks.json', docs), `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(new URL('benchmarks.md', docs), renderPage(all));
  await writeFile(
    new URL('benchmarks.svg', docs),
    drawCharts(Object.values(all).flatMap((it) => it.chart ?? [])),
  );
  console.log('\nWritten to docs/benchmarks.md, with its picture and its numbers beside it.');
}

async function readSections(): Promise<Record<string, Measured>> {
  try {
    return JSON.parse(await readFile(new URL('benchmarks.json', docs), 'utf8')) as Record<string, Measured>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** The page that shows all sections. */
export function renderPage(sections: Readonly<Record<string, Measured>>): string {
  const parts = [
    '# Benchmarks',
    'Written by `pnpm bench`, which anybody can run; `pnpm bench queue` runs one suite. Numbers of one table come from ' +
      'one run on one machine and are to be compared with each other, not with those of another machine: read the ratios.',
    '![Throughput, as bars on a logarithmic scale](benchmarks.svg)',
  ];
  for (const { title, about, tables, machine } of Object.values(sections)) {
    const { cpu, cores, memory, system, node, date } = machine;
    parts.push(`## ${title}`, `${node}. ${cpu}, ${cores} cores, ${memory}, ${system}. ${date}.`, ...about);
    for (const table of tables) parts.push(`### ${table.title}`, markdown(table), ...(table.notes ?? []));
  }
  return `${parts.join('\n\n')}\n`;
}

/** A table in Markdown, its columns aligned as the formatter wants them. */
function markdown({ columns, rows }: Table): string {
  const widths = columns.map((column, i) =>
    Math.max(4, column.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (isText(rows, i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (isText(rows, i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** Whether a column is of words, and so begins at the left. */
function isText(rows: readonly (readonly string[])[], column: number): boolean {
  return !rows.every((row) => /^[-\d]/.test(row[column] ?? ''));
}
