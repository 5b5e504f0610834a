import { add, cast, divide, maximum, mean, multiply, reshape, sum, type Tensor } from '@cloze/backend';
import { anything, callable, checkOptions, needed, oneOf, real } from '@cloze/checks';
import { withOutputTerm } from '../objective/add-output-term.ts';
import type { Objective } from '../objective/objective.ts';
import type { TaskOutput } from '../objective/task-output.ts';
import { leafAt } from '../scope/leaf-at.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { maskedDeviation } from './masked-deviation.ts';

/** Options of the attention diversity loss. */
export interface AttentionDiversityOptions<B, O> {
  /** Attention weights of the layers that count, each `[batch, heads, queries, keys]`; default the output's `attention`. */
  readonly attention?: (output: O) => readonly Tensor[] | undefined;
  /** bool `[batch, length]`: true for real tokens; pads count neither as queries nor as keys. Default the batch's `attend`. */
  readonly attend?: (batch: B) => Tensor;
  /** λ ≥ 0. The source gives none: it must be chosen. */
  readonly weight: Strength<B>;
  /** `reward`: `L − λ·diversity`, diversity grows; `punish`: `L + λ·diversity`. The source leaves the sign open: it must be chosen. */
  readonly sign: 'reward' | 'punish';
  /**
   * `mean`: mean over keys of the deviation over queries (softmax attention), which rewards diversity (default); `spread`: the deviation
   * over keys of these deviations (sigmoid attention), which rewards keys that are looked at unequally: 0 for the identity too.
   */
  readonly of?: 'mean' | 'spread';
  /** 0: divide by n (default); 1: by n − 1, as PyTorch's std does. */
  readonly correction?: 0 | 1;
  /** ε > 0 inside the roots, default 1e-12: without it uniform attention has an infinite slope. */
  readonly epsilon?: number;
}

/**
 * Attention diversity (comment by Allen7575 on kexue.fm 7661): how differently the queries of a row look at each key.
 *
 * `div = mean_j std_i A_ij` over real queries i and keys j, then over heads, rows and layers; `L ∓ λ·div`. It needs the model's attention
 * weights and no pass. Part: `attentionDiversity`. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for a negative weight or ε not positive @throws {TypeError} (on a call) for an output without attention
 */
export function attentionDiversity<P, B, O extends Pick<TaskOutput, 'attention'>>(
  objective: Objective<P, B, O>,
  options: AttentionDiversityOptions<B, O>,
): Objective<P, B, O> {
  checkOptions('attentionDiversity', options, {
    attention: callable,
    attend: callable,
    weight: needed(anything),
    sign: needed(oneOf(['reward', 'punish'])),
    of: oneOf(['mean', 'spread']),
    correction: real({ from: 0 }),
    epsilon: real({ from: 0 }),
  });

  const { attention = ({ attention: layers }: O) => layers, weight, sign, of = 'mean' } = options;
  const {
    attend = (batch: B) => leafAt(batch, 'attend', 'attentionDiversity'),
    correction = 0,
    epsilon = 1e-12,
  } = options;
  checkNumbers('attentionDiversity', { weight });
  checkNumbers('attentionDiversity', { epsilon }, { positive: true });
  if (weight === 0) return objective;
  const diversity = (output: O, batch: B) => {
    const layers = attention(output);
    if (!layers) throw new TypeError("attentionDiversity: the model's output holds no 'attention'.");
    const real = cast(attend(batch), 'float32');
    const [rows, length] = real.shape as [number, number];
    const queries = reshape(real, [rows, 1, length, 1]);
    const keys = reshape(real, [rows, 1, 1, length]);
    const diversities = layers.map((layer) => {
      const deviations = maskedDeviation(layer, queries, { axis: 2, correction, epsilon });
      return of === 'spread'
        ? mean(maskedDeviation(deviations, keys, { axis: 3, correction, epsilon }))
        : mean(divide(sum(multiply(deviations, keys), { axes: 3 }), maximum(sum(keys, { axes: 3 }), 1)));
    });
    return multiply(
      diversities.reduce((a, b) => add(a, b)),
      1 / layers.length,
    );
  };
  return withOutputTerm(objective, 'attentionDiversity', diversity, (added, batch) =>
    multiply(multiply(added, sign === 'reward' ? -1 : 1), strengthAt(weight, batch)),
  );
}
