import type { HostTensor } from '@cloze/backend';
import { type Chances, inProportion, type MaskedBatch, type MaskPolicy, type Policy } from '@cloze/masking';

/** How chances of tokens to be hidden follow what the model gets right. */
export interface AdaptiveMasking {
  /** Steps between two changes, a whole number of at least 2; default 200. */
  readonly every?: number;
  /** Share of the old weights that a change keeps, 0 to below 1; default 0.2. */
  readonly keep?: number;
}

/** What is wrong with adaptive masking. */
export function adaptiveProblems(adaptive: AdaptiveMasking | undefined): string[] {
  if (adaptive === undefined) return [];
  if (typeof adaptive !== 'object' || adaptive === null) return ['adaptive must be an object, such as {}'];
  const { every = 200, keep = 0.2 } = adaptive;
  return [
    ...Object.keys(adaptive)
      .filter((name) => !['every', 'keep'].includes(name))
      .map((name) => `adaptive has no '${name}'; there are every, keep`),
    ...(Number.isInteger(every) && every >= 2
      ? []
      : [`adaptive.every must be a whole number of at least 2, got ${every}`]),
    ...(keep >= 0 && keep < 1 ? [] : [`adaptive.keep must be at least 0 and below 1, got ${keep}`]),
  ];
}

/** A policy whose chances are to follow the model. @throws {RangeError} for one that does not hide each unit on its own by one rate */
export function adaptable(policy: Policy): MaskPolicy {
  if ('targetsOf' in policy || policy.choose || policy.chances || policy.bestOf || policy.fixed)
    throw new RangeError(
      `pretrain: adaptive masking gives each token a chance of its own; '${policy.name ?? 'mask'}' chooses otherwise. Take another mask, or leave adaptive out.`,
    );
  // Chances are of independent choices: what rounds a count has nothing to say.
  const { rounding: _rounding, base: _base, atLeastOne: _least, overflow: _overflow, ...rest } = policy;
  return { ...rest, selection: 'bernoulli' };
}

/** No weight falls below this share of the rate of a token that is never right. */
const least = 0.005 / 0.15;

/** Weights of ids that follow what was predicted right, and all that a resume needs of them. */
export interface AdaptiveWeights {
  /** The chances of a step. */
  readonly chancesAt: (step: number) => Chances;
  /** Counts what was asked and predicted right at a step, `[rows, slots]`; steps are counted one after another. */
  readonly count: (step: number, batch: Pick<MaskedBatch, 'targets' | 'weights'>, right: ArrayLike<number>) => void;
  /** What a checkpoint keeps. */
  readonly capture: () => Readonly<Record<string, HostTensor>>;
  /** Puts it back, after so many steps. @throws {RangeError} for another vocabulary */
  readonly restore: (tensors: ReadonlyMap<string, HostTensor> | undefined) => void;
}

/**
 * Adaptive masking (AMLM, Edman and Fraser 2025): tokens that the model names right are hidden less often, `w ← keep·w + (1 − keep)·(1 − a)` with the
 * accuracy `a = (right + ½)/(asked + 1)` of the last `every` steps, at least a thirtieth; `inProportion` makes chances of the weights, whose mean in a row is the rate.
 *
 * Weights of step t are those after step `every·⌊(t − 2)/every⌋`: its batch is made while step t − 1 runs. A token that was not asked counts as half right.
 */
export function adaptiveWeights(size: number, { every = 200, keep = 0.2 }: AdaptiveMasking): AdaptiveWeights {
  let [previous, current] = [new Float32Array(size).fill(1), new Float32Array(size).fill(1)];
  const [right, asked] = [new Float32Array(size), new Float32Array(size)];
  let done = 0;
  const weightsAt = (step: number) => {
    const wanted = Math.max(0, Math.floor((step - 2) / every));
    return wanted === Math.floor(done / every) ? current : previous;
  };
  const change = () => {
    previous = current;
    current = previous.map((weight, id) => {
      const accuracy = ((right[id] as number) + 0.5) / ((asked[id] as number) + 1);
      return Math.max(least, keep * weight + (1 - keep) * (1 - accuracy));
    });
    right.fill(0);
    asked.fill(0);
  };
  const host = (values: Float32Array): HostTensor => ({ shape: [size], dtype: 'float32', values: values.slice() });
  return {
    // Looked up when a row is masked: the same weights whenever that is.
    chancesAt: (step) => (ids, rate) => inProportion(weightsAt(step))(ids, rate),
    count: (step, { targets, weights }, hits) => {
      for (const [slot, weight] of weights.entries()) {
        if (!weight) continue;
        const id = targets[slot] as number;
        asked[id] = (asked[id] as number) + 1;
        right[id] = (right[id] as number) + (hits[slot] as number);
      }
      done = step;
      if (step % every === 0) change();
    },
    capture: () => ({
      current: host(current),
      previous: host(previous),
      right: host(right),
      asked: host(asked),
      done: { shape: [1], dtype: 'float32', values: Float32Array.of(done) },
    }),
    restore: (tensors) => {
      const values = (name: string, length: number) => {
        const found = tensors?.get(name)?.values;
        if (!(found instanceof Float32Array) || found.length !== length)
          throw new RangeError(
            `pretrain: the checkpoint has no adaptive weights of ${size} tokens ('adaptive/${name}').`,
          );
        return found;
      };
      current = values('current', size).slice();
      previous = values('previous', size).slice();
      right.set(values('right', size));
      asked.set(values('asked', size));
      done = values('done', 1)[0] as number;
    },
  };
}
