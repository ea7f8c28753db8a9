import type { Bar, Chart } from './suite.ts';

const WIDTH = 800;
const LABEL = 340;
const VALUE = 70;
const ROW = 24;
const HEAD = 44;
const FOOT = 16;

/** The charts below one another, as one SVG that reads on light and on dark ground. */
export function drawCharts(charts: readonly Chart[]): string {
  let top = 0;
  const parts = charts.map((chart) => {
    const part = `<g transform="translate(0 ${top})">${drawChart(chart)}</g>`;
    top += HEAD + chart.bars.length * ROW + FOOT;
    return part;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" role="img">`,
    `<title>${escaped(charts.map(({ title }) => title).join('; '))}</title>`,
    '<style>',
    'text { font: 13px system-ui, sans-serif; fill: #24292f }',
    '.title { font-weight: 600 } .faint { fill: #6e7781; font-size: 12px }',
    '.peer { fill: #afb8c1 } .ours { fill: #2f81f7 }',
    '@media (prefers-color-scheme: dark) {',
    'text { fill: #e6edf3 } .faint { fill: #8d96a0 } .peer { fill: #57606a } }',
    '</style>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawChart({ title, unit, bars }: Chart): string {
  const sorted = bars.toSorted((a, b) => b.value - a.value);
  const values = sorted.map(({ value }) => value);
  // A whole power of ten below the least, so that the shortest bar is still one.
  const from = Math.ceil(Math.log10(Math.min(...values))) - 1;
  const to = Math.log10(Math.max(...values));
  const width = (value: number) => ((Math.log10(value) - from) / (to - from)) * (WIDTH - LABEL - VALUE);
  return [
    `<text class="title" x="8" y="20">${escaped(title)}</text>`,
    `<text class="faint" x="8" y="37">${escaped(unit)}, on a logarithmic scale</text>`,
    ...sorted.map((bar, i) => drawBar(bar, HEAD + i * ROW, width(bar.value))),
  ].join('\n');
}

function drawBar({ name, value, ours }: Bar, y: number, width: number): string {
  const middle = y + ROW / 2 + 4;
  return [
    `<text x="${LABEL - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${ours ? 'ours' : 'peer'}" x="${LABEL}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="2"/>`,
    `<text class="faint" x="${(LABEL + width + 6).toFixed(1)}" y="${middle}">${value.toPrecision(3)}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
