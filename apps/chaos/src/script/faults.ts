import type { Random } from '../random.ts';
import { livenessInterval, timeout } from '../timing.ts';
import type { EngineKind } from './script.ts';
import type { PathStep } from './step.ts';

/** A fault that happens at once and is over. */
export function passingFault(random: Random, engine: EngineKind): PathStep {
  if (engine === 'real') return { do: random.pick(['reset', 'cut streams'] as const) };
  return {
    do: random.weighted([
      [4, 'reset'],
      [4, 'end streams'],
      [4, 'cut streams'],
      [1, 'garbage line'],
      [0.1, 'huge line'],
    ] as const),
  };
}

/** A fault that lasts until it is lifted. */
export function lastingFault(random: Random, engine: EngineKind): PathStep {
  const late = () => random.pick([1, 10, 30, timeout[engine] - 30, timeout[engine] + 50]);
  const anywhere: (readonly [number, () => PathStep])[] = [
    [3, () => ({ do: 'refuse' })],
    [3, () => ({ do: 'black hole' })],
    [3, () => ({ do: 'silence' })],
    [4, () => ({ do: 'late subscription', ms: late() })],
    [2, () => ({ do: 'cut after time', ms: random.whole(1, livenessInterval[engine]) })],
  ];
  const fakeOnly: (readonly [number, () => PathStep])[] = [
    [2, () => ({ do: 'late headers', ms: late() })],
    [2, () => ({ do: 'no headers' })],
    [1, () => ({ do: 'endless refusal' })],
    [2, () => ({ do: 'cut requests' })],
    [2, () => ({ do: 'status', status: random.pick([400, 403, 404, 500, 502, 503]) })],
    [2, () => ({ do: 'empty streams' })],
    [3, () => ({ do: 'cut after bytes', bytes: random.whole(1, 4000) })],
    [1, () => ({ do: 'split bytes' })],
    [2, () => ({ do: 'deaf' })],
  ];
  return random.weighted(engine === 'fake' ? [...anywhere, ...fakeOnly] : anywhere)();
}
