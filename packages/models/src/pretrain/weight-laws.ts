import { meanAndSd } from '@cloze/eval';

/** What weights of tokens follow, and how: values of ids change at multiples of `every`, weights are functions of them. */
export interface WeightLaw {
  /** What is counted of each target: 1 where it was predicted right, or its loss in nats. */
  readonly counts: 'right' | 'loss';
  /** The value of every id before the first change. */
  readonly start: number;
  /** Values after a change. @param counted sums of what is counted, by id @param asked targets, by id */
  readonly next: (values: Float32Array, counted: Float32Array, asked: Float32Array) => Float32Array;
  /** Weights of ids, above 0, from their values. */
  readonly weightsOf: (values: Float32Array) => Float32Array;
}

/** No weight falls below this share of the rate of a token that is never right. */
const least = 0.005 / 0.15;

/**
 * Accuracy of each token (AMLM, Edman and Fraser 2025): `w ← keep·w + (1 − keep)·(1 − a)` with `a = (right + ½)/(asked + 1)`, at least a thirtieth; the value is the weight.
 * A token that was not asked counts as half right.
 */
export const followAccuracy = (keep: number): WeightLaw => ({
  counts: 'right',
  start: 1,
  next: (values, counted, asked) =>
    values.map((weight, id) => {
      const accuracy = ((counted[id] as number) + 0.5) / ((asked[id] as number) + 1);
      return Math.max(least, keep * weight + (1 - keep) * (1 - accuracy));
    }),
  weightsOf: (values) => values,
});

/** The value of a class that was never asked: no loss is below 0. */
const unasked = -1;

/**
 * Loss of classes of tokens (time-variant content masking, Yang et al. 2023): a class's value follows the mean loss of its targets, `L ← keep·L + (1 − keep)·l`, the first one as it is, and
 * its tokens' weight is `σ(2·(L − mean)/sd)` over the classes that were asked, with `sd` of n − 1; `½` for a class that was not, and where classes do not differ.
 *
 * @param classOf the class of each id, a number from 0
 */
export function followClassLoss(classOf: Int32Array, keep: number): WeightLaw {
  const classes = classOf.reduce((most, one) => Math.max(most, one), 0) + 1;
  const idOf = new Int32Array(classes);
  for (const [id, one] of classOf.entries()) idOf[one] = id;
  const byClass = (values: Float32Array) => {
    const sums = new Float64Array(classes);
    for (const [id, value] of values.entries())
      sums[classOf[id] as number] = (sums[classOf[id] as number] as number) + value;
    return sums;
  };
  return {
    counts: 'loss',
    start: unasked,
    next: (values, counted, asked) => {
      const [losses, targets] = [byClass(counted), byClass(asked)];
      return values.map((value, id) => {
        const one = classOf[id] as number;
        if (targets[one] === 0) return value;
        const loss = (losses[one] as number) / (targets[one] as number);
        return value === unasked ? loss : keep * value + (1 - keep) * loss;
      });
    },
    weightsOf: (values) => {
      const seen = Array.from(idOf, (id) => values[id] as number).filter((value) => value !== unasked);
      if (seen.length === 0) return values.map(() => 0.5);
      const { mean, sd } = meanAndSd(seen);
      // One class has no deviation, which is NaN.
      if (!(sd > 0)) return values.map(() => 0.5);
      return values.map((value) => (value === unasked ? 0.5 : 1 / (1 + Math.exp((-2 * (value - mean)) / sd))));
    },
  };
}
