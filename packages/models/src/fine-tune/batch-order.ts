import { type BatchPlan, bucketedBatches } from '@cloze/datasets';
import { streamFrom } from '@cloze/random';
import { lengthBuckets } from '../model/shape-buckets.ts';
import type { Example } from '../tasks/prepared-task.ts';
import { lengthOf } from './read-examples.ts';

/** Which rows a step learns from. */
export interface BatchOrder {
  /** Steps of an epoch. */
  readonly perEpoch: number;
  /** The rows of step t = 1, 2, … and the length they are padded to. */
  of(step: number): BatchPlan;
}

/** Updates of a training: `maxSteps`, or as many as its epochs have. */
export const stepsOf = (
  { maxSteps, epochs = 1 }: { readonly maxSteps?: number | undefined; readonly epochs?: number | undefined },
  { perEpoch }: Pick<BatchOrder, 'perEpoch'>,
): number => maxSteps ?? Math.max(1, Math.round(epochs * perEpoch));

/** Few lengths, so that few shapes are traced: each costs seconds at its first step. */
const lengths = 3;

/** The order of the rows: it follows from (seed, epoch) alone; rows of like length share a batch. */
export function batchOrder(
  examples: readonly Pick<Example, 'encodings'>[],
  { batchSize }: { readonly batchSize: number },
  seed: number,
): BatchOrder {
  const sizes = examples.map(lengthOf);
  const longest = sizes.reduce((most, length) => Math.max(most, length), 0);
  const all = lengthBuckets(longest);
  const buckets = all.slice(Math.max(0, all.length - lengths));
  let [epoch, plans]: [number, readonly BatchPlan[]] = [-1, []];
  const plansOf = (wanted: number) => {
    if (wanted !== epoch) {
      plans = bucketedBatches(sizes, { rows: batchSize, buckets, random: streamFrom(seed).fork('order', wanted) });
      epoch = wanted;
    }
    return plans;
  };
  const perEpoch = plansOf(0).length;
  return {
    perEpoch,
    of: (step) => plansOf(Math.floor((step - 1) / perEpoch))[(step - 1) % perEpoch] as BatchPlan,
  };
}
