import type { Script } from './script.ts';
import type { Step } from './step.ts';

/** A step on one line: what is done, and how much of it. */
export function showStep(step: Step): string {
  const { do: what, ...rest } = step;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
  return [what, ...details].join(' ');
}

/** A script as a person reads it: its setting, then a line for each step. */
export function showScript({ seed, round, engine, setting, steps }: Script): string {
  const settings = Object.entries(setting).map(([name, value]) => `${name}=${value}`);
  const lines = steps.map((step, place) => `${String(place + 1).padStart(4)}. ${showStep(step)}`);
  return [`seed ${seed}, round ${round}, ${engine} engine: ${settings.join(' ')}`, ...lines].join('\n');
}
