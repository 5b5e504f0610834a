import type { HostTensor } from '@cloze/backend';
import { type Chances, inProportion, type MaskedBatch, type MaskPolicy, type Policy } from '@cloze/masking';
import { followAccuracy, followClassLoss, type WeightLaw } from './weight-laws.ts';

/** How chances of tokens to be hidden follow what the model gets right. */
export interface AdaptiveMasking {
  /** Steps between two changes, a whole number of at least 2; default 200. */
  readonly every?: number;
  /** Share of the old value that a change keeps, 0 to below 1; default 0.2. */
  readonly keep?: number;
  /** What they follow: the accuracy of each token (AMLM; default), or the loss of classes of tokens (time-variant content masking). */
  readonly by?: 'accuracy' | 'loss';
  /** With `by: 'loss'` the class of tokens by their text, such as the part of speech that they have most often; tokens left out are one class more. */
  readonly classes?: Readonly<Record<string, string>>;
}

/** What is wrong with classes of tokens. */
function classProblems({ by, classes }: AdaptiveMasking): string[] {
  if (by !== 'loss') return classes === undefined ? [] : ["adaptive.classes go with adaptive.by 'loss'"];
  if (typeof classes !== 'object' || classes === null || Array.isArray(classes))
    return ["adaptive.by 'loss' needs adaptive.classes: the class of each token, such as { 猫: 'noun', 跑: 'verb' }"];
  const wrong = Object.entries(classes).find(([, name]) => typeof name !== 'string' || name === '');
  if (wrong) return [`adaptive.classes must be texts, got ${JSON.stringify(wrong[1])} for '${wrong[0]}'`];
  return Object.keys(classes).length > 0 ? [] : ['adaptive.classes must name at least one token'];
}

/** What is wrong with adaptive masking. */
export function adaptiveProblems(adaptive: AdaptiveMasking | undefined): string[] {
  if (adaptive === undefined) return [];
  if (typeof adaptive !== 'object' || adaptive === null) return ['adaptive must be an object, such as {}'];
  const { every = 200, keep = 0.2, by = 'accuracy' } = adaptive;
  return [
    ...Object.keys(adaptive)
      .filter((name) => !['every', 'keep', 'by', 'classes'].includes(name))
      .map((name) => `adaptive has no '${name}'; there are every, keep, by, classes`),
    ...(Number.isInteger(every) && every >= 2
      ? []
      : [`adaptive.every must be a whole number of at least 2, got ${every}`]),
    ...(keep >= 0 && keep < 1 ? [] : [`adaptive.keep must be at least 0 and below 1, got ${keep}`]),
    ...(['accuracy', 'loss'].includes(by) ? [] : [`adaptive.by must be 'accuracy' or 'loss', got '${by}'`]),
    ...classProblems(adaptive),
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

/** The classes of a vocabulary's ids, as numbers; those left out are one. @throws {RangeError} where none of the tokens named is in the vocabulary */
function classesOf(
  classes: Readonly<Record<string, string>>,
  size: number,
  tokenOf: (id: number) => string | undefined,
): Int32Array {
  const numbers = new Map<string | undefined, number>();
  const classOf = Int32Array.from({ length: size }, (_, id) => {
    const token = tokenOf(id);
    const name = token !== undefined && Object.hasOwn(classes, token) ? classes[token] : undefined;
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name) as number;
  });
  if (numbers.size < 2)
    throw new RangeError(
      `pretrain: adaptive.classes make one class of the vocabulary's ${size} tokens, such as '${tokenOf(size - 1)}'; loss is compared between classes of its tokens.`,
    );
  return classOf;
}

/** Weights of ids that follow the model, and all that a resume needs of them. */
export interface AdaptiveWeights {
  /** What is counted of each target: 1 where it was predicted right, or its loss in nats. */
  readonly counts: WeightLaw['counts'];
  /** The chances of a step. */
  readonly chancesAt: (step: number) => Chances;
  /** Counts what was asked at a step, and what is counted of each target, `[rows, slots]`; steps are counted one after another. */
  readonly count: (step: number, batch: Pick<MaskedBatch, 'targets' | 'weights'>, found: ArrayLike<number>) => void;
  /** What a checkpoint keeps. */
  readonly capture: () => Readonly<Record<string, HostTensor>>;
  /** Puts it back, after so many steps. @throws {RangeError} for another vocabulary */
  readonly restore: (tensors: ReadonlyMap<string, HostTensor> | undefined) => void;
}

/**
 * Adaptive masking: tokens that the model masters are hidden less often. `inProportion` makes chances of their weights, whose mean in a row is the rate; what weights follow
 * is `followAccuracy` or `followClassLoss`, over the last `every` steps.
 *
 * Weights of step t are those after step `every·⌊(t − 2)/every⌋`: its batch is made while step t − 1 runs.
 *
 * @param tokenOf the text of an id, where classes are by text @throws {RangeError} for classes that do not divide the vocabulary
 */
export function adaptiveWeights(
  size: number,
  { every = 200, keep = 0.2, classes }: AdaptiveMasking,
  tokenOf: (id: number) => string | undefined = () => undefined,
): AdaptiveWeights {
  const law = classes ? followClassLoss(classesOf(classes, size, tokenOf), keep) : followAccuracy(keep);
  const { counts } = law;
  const chancesOf = (values: Float32Array) => ({ values, chances: inProportion(law.weightsOf(values)) });
  let current = chancesOf(new Float32Array(size).fill(law.start));
  let previous = current;
  const [counted, asked] = [new Float32Array(size), new Float32Array(size)];
  let done = 0;
  const chancesNow = (step: number) => {
    const wanted = Math.max(0, Math.floor((step - 2) / every));
    return (wanted === Math.floor(done / every) ? current : previous).chances;
  };
  const change = () => {
    previous = current;
    current = chancesOf(law.next(previous.values, counted, asked));
    counted.fill(0);
    asked.fill(0);
  };
  const host = (values: Float32Array): HostTensor => ({ shape: [size], dtype: 'float32', values: values.slice() });
  return {
    counts,
    // Looked up when a row is masked: the same chances whenever that is.
    chancesAt: (step) => (ids, rate) => chancesNow(step)(ids, rate),
    count: (step, { targets, weights }, found) => {
      for (const [slot, weight] of weights.entries()) {
        if (!weight) continue;
        const id = targets[slot] as number;
        asked[id] = (asked[id] as number) + 1;
        counted[id] = (counted[id] as number) + (found[slot] as number);
      }
      done = step;
      if (step % every === 0) change();
    },
    capture: () => ({
      current: host(current.values),
      previous: host(previous.values),
      [counts]: host(counted),
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
      current = chancesOf(values('current', size).slice());
      previous = chancesOf(values('previous', size).slice());
      counted.set(values(counts, size));
      asked.set(values('asked', size));
      done = values('done', 1)[0] as number;
    },
  };
}
