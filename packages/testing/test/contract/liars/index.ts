import { capacityLiars } from './capacity.ts';
import { closingLiars } from './closing.ts';
import { consumersLiars } from './consumers.ts';
import { errorsLiars } from './errors.ts';
import { failureLiars } from './failure.ts';
import { independenceLiars } from './independence.ts';
import type { Liar } from './liar.ts';
import { orderLiars } from './order.ts';
import { readinessLiars } from './readiness.ts';
import { releaseLiars } from './release.ts';
import { shapeLiars } from './shape.ts';

export { cleanups } from './liar.ts';

export const liars: readonly Liar[] = [
  ...readinessLiars,
  ...shapeLiars,
  ...orderLiars,
  ...independenceLiars,
  ...consumersLiars,
  ...closingLiars,
  ...capacityLiars,
  ...releaseLiars,
  ...errorsLiars,
  ...failureLiars,
];
