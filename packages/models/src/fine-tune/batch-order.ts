import { type BatchPlan, bucketedBatches } from '@cloze/datasets';
import { streamFrom } from '@cloze/random';
import { leastPadding } from './least-padding.ts';

/** Which rows a step learns from. */
export interface BatchOrder {
  /** Steps of an epoch. */
  readonly perEpoch: number;
  /** Lengths that rows are padded to, rising. */
  readonly buckets: readonly number[];
  /** The rows of step t = 1, 2, … and the length they are padded to. */
  of(step: number): BatchPlan;
}

/** Updates of a training: `maxSteps`, or as many as its epochs have. */
export const stepsOf = (
  { maxSteps, epochs = 1 }: { readonly maxSteps?: number | undefined; readonly epochs?: number | undefined },
  { perEpoch }: Pick<BatchOrder, 'perEpoch'>,
): number => maxSteps ?? Math.max(1, Math.round(epochs * perEpoch));

/**
 * The order of rows: it follows from (seed, epoch) alone; rows of like length share a batch.
 *
 * @param lengths tokens of each row
 * @param options.buckets lengths that rows are padded to, rising; default those of `leastPadding`
 */
export function batchOrder(
  lengths: readonly number[],
  {
    batchSize,
    buckets = leastPadding(lengths, batchSize),
  }: { readonly batchSize: number; readonly buckets?: readonly number[] | undefined },
  seed: number,
): BatchOrder {
  let [epoch, plans]: [number, readonly BatchPlan[]] = [-1, []];
  const plansOf = (wanted: number) => {
    if (wanted !== epoch) {
      plans = bucketedBatches(lengths, { rows: batchSize, buckets, random: streamFrom(seed).fork('order', wanted) });
      epoch = wanted;
    }
    return plans;
  };
  const perEpoch = plansOf(0).length;
  return {
    perEpoch,
    buckets,
    of: (step) => plansOf(Math.floor((step - 1) / perEpoch))[(step - 1) % perEpoch] as BatchPlan,
  };
}
