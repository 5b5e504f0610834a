/** The middle `level` of a distribution given by samples. */
export function percentileInterval(
  samples: Float64Array,
  level: number,
): { readonly low: number; readonly high: number } {
  const sorted = samples.slice().sort();
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] as number;
  return { low: percentile((1 - level) / 2), high: percentile((1 + level) / 2) };
}
