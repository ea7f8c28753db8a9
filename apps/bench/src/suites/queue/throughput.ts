import { type Measure, median } from '../../isolate.ts';
import { batchers, type Contender, demanding, iterables, taskQueues } from './contenders.ts';
import { pushAll, TURN } from './events.ts';

const EVENTS = 2_000_000;
/** Nanoseconds after which a contender has been measured for long enough. */
const ENOUGH = 400_000_000;
const MOST_RUNS = 15;

const contenders: Record<string, Contender> = { ...batchers, ...demanding, ...iterables, ...taskQueues };

/** Nanoseconds of processor time an event: the median of several runs of a fast contender, one run of a slow one. */
export const measure: Measure = async (name, scale) => {
  const contender = contenders[name];
  if (!contender) throw new Error(`There is no contender "${name}".`);
  const count = Math.max(TURN, Math.round((EVENTS * scale) / TURN) * TURN);
  await repeat(() => timed(contender, Math.ceil(count / 10 / TURN) * TURN)); // until it is compiled
  const runs = await repeat(() => timed(contender, count));
  return { ns: median(runs) / count };
};

async function repeat(run: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let spent = 0; times.length < MOST_RUNS && spent < ENOUGH; spent += times.at(-1) ?? 0)
    times.push(await run());
  return times;
}

/** Nanoseconds of processor time that one run takes. */
async function timed(contender: Contender, count: number): Promise<number> {
  let arrived = 0;
  const began = process.cpuUsage();
  await contender({
    produce: (push, each) => pushAll(count, push, each),
    consume: (more) => {
      arrived += more;
    },
  });
  const { user, system } = process.cpuUsage(began);
  if (arrived !== count) throw new Error(`${count - arrived} of ${count} events were lost.`);
  return (user + system) * 1000;
}
