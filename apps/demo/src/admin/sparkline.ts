import { html } from 'hono/html';

const WIDTH = 120;
const HEIGHT = 24;

/** Draws counts as a line, with its highest at the top. */
export function sparkline(counts: readonly number[], label: string) {
  const most = Math.max(...counts);
  const points = counts.map((count, i) => {
    const x = (i * WIDTH) / (counts.length - 1);
    const y = HEIGHT - 1 - ((HEIGHT - 2) * count) / Math.max(most, 1);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg role="img" aria-label="${label}: ${most} at most" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"><polyline points="${points.join(' ')}"/></svg>`;
}
