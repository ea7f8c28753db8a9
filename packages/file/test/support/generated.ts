import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../../docs/tools.md', import.meta.url));

/** Replaces what stands between the marks of a section in docs/tools.md. */
export function writeSection(section: string, lines: readonly string[]): void {
  const document = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- begin ${section} -->`, `<!-- end ${section} -->`];
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`no ${begin} and ${end} in ${path}`);
  writeFileSync(path, `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`);
}

export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
