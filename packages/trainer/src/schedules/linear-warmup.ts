/**
 * Learning rate that rises linearly to `peak` over `warmupSteps` and falls linearly to zero at `totalSteps`.
 *
 * @param step 1 for the first update
 * @throws {RangeError} unless 0 ≤ warmupSteps ≤ totalSteps and totalSteps > 0
 */
export function linearWarmup(
  step: number,
  {
    peak,
    warmupSteps,
    totalSteps,
  }: { readonly peak: number; readonly warmupSteps: number; readonly totalSteps: number },
): number {
  if (!(warmupSteps >= 0 && warmupSteps <= totalSteps && totalSteps > 0)) {
    throw new RangeError(`linearWarmup: expected 0 ≤ warmupSteps ≤ totalSteps, got ${warmupSteps} and ${totalSteps}.`);
  }
  if (step < warmupSteps) return (peak * step) / warmupSteps;
  return peak * Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
}
