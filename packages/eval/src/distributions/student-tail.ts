import { incompleteBeta } from './incomplete-beta.ts';

/** Two-sided tail `P(|T| ≥ |t|)` of Student's t. @param freedom degrees of freedom, above 0 */
export function studentTail(t: number, freedom: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}
