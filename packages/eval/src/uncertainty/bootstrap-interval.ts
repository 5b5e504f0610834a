interface RandomStream {
  next(): number;
}

/**
 * Percentile bootstrap interval of a mean (Efron 1979).
 *
 * @param values one number an example, such as 1 for right and 0 for wrong
 * @param options.level share of the interval, default 0.95 @param options.samples resamples, default 2000 @param options.random uniform numbers
 * @throws {RangeError} for an empty list
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  {
    level = 0.95,
    samples = 2000,
    random,
  }: { readonly level?: number; readonly samples?: number; readonly random: RandomStream },
): { readonly low: number; readonly high: number } {
  if (values.length === 0) throw new RangeError('bootstrapInterval: expected at least one value, got none.');
  const means = Float64Array.from({ length: samples }, () => {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += values[Math.floor(random.next() * values.length)] as number;
    return total / values.length;
  }).sort();
  const at = (share: number) => means[Math.min(samples - 1, Math.max(0, Math.round(share * (samples - 1))))] as number;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
