import type { PrimitiveAttributes } from '../expression/primitives.ts';
import { momentShares } from '../lowering/moment-shares.ts';

/** What belongs to a step. */
export interface AdamScalars {
  readonly rate: number;
  readonly beta1Power: number;
  readonly beta2Power: number;
}

/** Leaves of one shape, written in place but for the gradient. */
export interface AdamLeaves {
  readonly parameter: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly gradient: Float32Array;
}

/** AdamW on one parameter, in JavaScript's memory and in place; formula at `adamStep`. */
export function updateByAdam(
  { parameter, mean, variance, gradient }: AdamLeaves,
  { rate, beta1Power, beta2Power }: AdamScalars,
  attributes: PrimitiveAttributes['adam'],
): void {
  const { meanShare, varianceShare } = momentShares(attributes);
  const root = Math.sqrt(1 - beta2Power);
  const scale = (rate * root) / (1 - beta1Power);
  const kept = 1 - rate * attributes.decay;
  const epsilon = root * attributes.epsilon;
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i] as number;
    const m = mean[i] as number;
    const v = variance[i] as number;
    const nextMean = m + (g - m) * meanShare;
    const nextVariance = v + (g * g - v) * varianceShare;
    mean[i] = nextMean;
    variance[i] = nextVariance;
    parameter[i] = (parameter[i] as number) * kept - (nextMean * scale) / (Math.sqrt(nextVariance) + epsilon);
  }
}
