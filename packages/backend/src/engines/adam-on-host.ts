import type { PrimitiveAttributes } from '../expression/primitives.ts';
import { type AdamLeaves, adamByKernel } from '../lowering/adam-kernel.ts';
import { momentShares } from '../lowering/moment-shares.ts';

/** What belongs to a step. */
export interface AdamScalars {
  readonly rate: number;
  readonly beta1Power: number;
  readonly beta2Power: number;
}

/** AdamW on one parameter, in JavaScript's memory and in place; formula at `adamStep`. */
export function updateByAdam(
  leaves: AdamLeaves,
  { rate, beta1Power, beta2Power }: AdamScalars,
  attributes: PrimitiveAttributes['adam'],
): void {
  const root = Math.sqrt(1 - beta2Power);
  adamByKernel(leaves, {
    ...momentShares(attributes),
    kept: 1 - rate * attributes.decay,
    scale: (rate * root) / (1 - beta1Power),
    epsilon: root * attributes.epsilon,
  });
}
