// Uses each tool many times on a small file and a large one, and writes what was seen into docs/tools.md.
import { row, writeSection } from '../support/generated.ts';
import { type Tool, tools } from './catalog.ts';
import { expectedOf, isInstalled, type Trial } from './expected.ts';
import { counts, LARGE, SMALL, tryTool } from './run-tool.ts';

const [, , times = '10', atOnce = '3'] = process.argv;

interface Tally {
  trials: number;
  readonly events: Set<string>;
  readonly reads: Set<string>;
  stale: number;
  half: number;
  missed: number;
  doubled: number;
}

const rows: string[] = [];
/** Saves in the middle of which the tool stood still, for the machine had other things to do. */
let stalled = 0;
const sum = { trials: 0, stale: 0, half: 0, missed: 0, doubled: 0 };
for (const tool of tools) {
  if (tool.needs !== undefined && !isInstalled(tool.needs)) throw new Error(`${tool.needs} is not installed`);
  const tallies = [await tallyOf(tool, SMALL), await tallyOf(tool, LARGE)];
  for (const [i, tally] of tallies.entries()) rows.push(rowOf(tool, ['small', '1 MB'][i] ?? '', tally));
  const seen = tallies.map(({ stale, half, missed, doubled }) => stale + half + missed + doubled);
  process.stdout.write(`${tool.name}: ${seen.join(', ')} wrong\n`);
  for (const tally of tallies)
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += tally[key];
}
writeSection('tools', [
  `${sum.trials} saves: ${sum.stale} stale at the end, ${sum.half} read half, ${sum.missed} events missed, ` +
    `${sum.doubled} too many. ${stalled} more did not count: the tool stood still for the settle time, 50 ms, in the ` +
    'middle of its save, since the machine was busy.',
  '',
  row(['Tool', 'File', 'Saves', 'Events', 'Read at each', 'Stale', 'Half', 'Missed', 'Doubled']),
  row(['---', '---', '--:', '---', '---', '--:', '--:', '--:', '--:']),
  ...rows,
]);
process.exitCode = sum.stale + sum.half + sum.missed + sum.doubled > 0 ? 1 : 0;

async function tallyOf(tool: Tool, content: string): Promise<Tally> {
  const tally: Tally = {
    trials: 0,
    events: new Set(),
    reads: new Set(),
    stale: 0,
    half: 0,
    missed: 0,
    doubled: 0,
  };
  let left = Number(times);
  const tryOn = async () => {
    while (left-- > 0) {
      let attempt = await tryTool(tool, content);
      for (; !counts(attempt, tool); attempt = await tryTool(tool, content)) stalled++;
      count(tally, attempt.trial, expectedOf(tool));
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, tryOn));
  return tally;
}

function count(tally: Tally, trial: Trial, expected: Trial): void {
  tally.trials++;
  tally.events.add(trial.events.join(', ') || 'none');
  tally.reads.add(trial.reads.join(', ') || '-');
  if (!trial.fresh) tally.stale++;
  tally.half += trial.reads.filter((read) => read !== 'new').length;
  tally.missed += expected.events.filter((line) => !trial.events.includes(line)).length;
  tally.doubled += Math.max(0, trial.events.length - expected.events.length);
}

function rowOf(
  tool: Tool,
  size: string,
  { trials, events, reads, stale, half, missed, doubled }: Tally,
): string {
  const note = tool.note ? ` (${tool.note})` : '';
  const counts = [stale, half, missed, doubled].map(String);
  return row([
    tool.name,
    size,
    `${trials}`,
    [...events].join('; or ') + note,
    [...reads].join('; or '),
    ...counts,
  ]);
}
