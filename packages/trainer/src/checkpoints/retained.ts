import { largerIsBetter } from './larger-is-better.ts';

/** What the choice of checkpoints to keep looks at. */
export interface Kept {
  readonly name: string;
  readonly step: number;
  readonly copy: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** How many checkpoints stay; names as in Hugging Face's trainer. */
export interface Retention {
  /** Newest checkpoints kept besides the best; default 3, at least 1. */
  readonly saveTotalLimit?: number;
  /** The metric that says which is best; default none, then only the newest are kept. */
  readonly metricForBestModel?: string;
  /** Default: larger values of `metricForBestModel` are better, but for names that end in `loss`. */
  readonly greaterIsBetter?: boolean;
}

/** Newest first: by step, then by copy. */
export const newestFirst = (a: Kept, b: Kept): number => b.step - a.step || b.copy - a.copy;

/** The best by metric, the earliest of equals; undefined while none has a finite value of it. @throws {RangeError} where the metric's name does not tell which is better */
export function bestOf<K extends Kept>(
  checkpoints: readonly K[],
  { metricForBestModel, greaterIsBetter }: Retention,
): K | undefined {
  if (metricForBestModel === undefined) return undefined;
  const sign = largerIsBetter(metricForBestModel, greaterIsBetter) ? -1 : 1;
  const value = ({ metrics }: K) => sign * (metrics[metricForBestModel] ?? Number.NaN);
  return checkpoints
    .filter((checkpoint) => Number.isFinite(value(checkpoint)))
    .sort((a, b) => value(a) - value(b) || -newestFirst(a, b))[0];
}

/** Names to keep: the newest `saveTotalLimit` and the best. */
export function retained(checkpoints: readonly Kept[], retention: Retention): ReadonlySet<string> {
  const newest = [...checkpoints].sort(newestFirst).slice(0, retention.saveTotalLimit ?? 3);
  const best = bestOf(checkpoints, retention);
  return new Set([...newest, ...(best ? [best] : [])].map(({ name }) => name));
}
