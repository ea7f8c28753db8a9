import type { Reloads } from '../oracle/reloads.ts';
import type { Setting } from '../script/script.ts';
import type { EngineStep, PathStep } from '../script/step.ts';

/** Tells the third oracle what a step gives cause for. */
export function causes(
  step: EngineStep | PathStep,
  { lease, dialect }: Setting,
  streams: number,
  reloads: Reloads,
): void {
  switch (step.do) {
    case 'restart':
      if (dialect === 'podman-4.3') reloads.fault();
      else reloads.restarted();
      break;
    case 'set back':
      reloads.clockSetBack();
      break;
    case 'garbage line':
    case 'huge line':
      reloads.garbage(streams);
      break;
    case 'end streams':
    case 'empty streams':
      if (dialect.startsWith('podman')) reloads.endedEarly();
      else reloads.fault();
      break;
    case 'cut after time':
      // A stream that is renewed in time is not cut.
      if (step.ms < 4 * lease) reloads.fault();
      break;
    case 'crash':
    case 'freeze':
    case 'reset':
    case 'cut streams':
    case 'refuse':
    case 'black hole':
    case 'silence':
    case 'no headers':
    case 'endless refusal':
    case 'cut requests':
    case 'late headers':
    case 'late subscription':
    case 'status':
    case 'cut after bytes':
    case 'split bytes':
    case 'deaf':
      reloads.fault();
  }
}
