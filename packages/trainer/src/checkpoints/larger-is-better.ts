/** Figures of which the smaller is the better one, by the ends of their names; whoever means another says so. */
const smaller = /(perplexity|error|rate|distance|divergence|surprisal|wer|cer|mae|mse|rmse|ece|nll|bits)$/i;

/**
 * Whether larger values of a metric are better: as it was said, else by its name: of a loss the smaller.
 *
 * @throws {RangeError} for a name that sounds as if the smaller were better and is no loss: then it must be said
 */
export function largerIsBetter(metric: string, said: boolean | undefined): boolean {
  if (said !== undefined) return said;
  if (/loss$/i.test(metric)) return false;
  if (smaller.test(metric))
    throw new RangeError(`metricForBestModel is '${metric}': say greaterIsBetter, true or false.`);
  return true;
}
