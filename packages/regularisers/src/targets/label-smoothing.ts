import { add, logSoftmax, mean, multiply, negate, subtract, type Tensor } from '@cloze/backend';
import { anything, callable, checkOptions, oneOf } from '@cloze/checks';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { outputOf } from '../objective/output-of.ts';
import { passesOf } from '../objective/passes-of.ts';
import { type LogitsOutput, logitsOf } from '../objective/task-output.ts';
import { weightedMean } from '../objective/weighted-mean.ts';
import { withPasses } from '../objective/with-passes.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/** Options of label smoothing. */
export interface LabelSmoothingOptions<B, O> {
  /** ε in 0 to 1, default 0.1. */
  readonly epsilon?: Strength<B>;
  /** Where ε goes: to `all` K classes, ε/K each, the target's too (default; the paper, PyTorch); or to the `others`, ε/(K − 1) each. */
  readonly over?: 'all' | 'others';
  /** The part of the model's output that holds the logits, `[..., classes]`; default its `logits`, or the tensor that it is. */
  readonly logits?: (output: O) => Tensor;
  /** The float32 weights by which the objective averages its cross-entropy, `[...]`; default all equal. */
  readonly weights?: (batch: B) => Tensor;
}

/**
 * Label smoothing (Szegedy et al. 2016): `(1 − ε)·CE + ε·mean_k(−ln p_k)`, the cross-entropy against a softened target.
 *
 * The objective must be a mean cross-entropy of the logits; the uniform part needs no labels. Put it innermost, other terms outside.
 * Part: `uniformCrossEntropy`. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for ε outside 0 to 1 @throws {TypeError} (on a call) for an objective without output
 */
export function labelSmoothing<P, B, O extends LogitsOutput>(
  objective: Objective<P, B, O>,
  options: LabelSmoothingOptions<B, O> = {},
): Objective<P, B, O> {
  checkOptions('labelSmoothing', options, {
    epsilon: anything,
    over: oneOf(['all', 'others']),
    logits: callable,
    weights: callable,
  });
  const { epsilon = 0.1, over = 'all', logits = logitsOf, weights } = options;

  checkNumbers('labelSmoothing', { epsilon }, { most: 1 });
  if (epsilon === 0) return objective;
  return withPasses((parameters, batch, key) => {
    const value = objective(parameters, batch, key);
    const z = logits(outputOf('labelSmoothing', value));
    const classes = z.shape.at(-1) as number;
    const uniform = weightedMean(negate(mean(logSoftmax(z), { axes: -1 })), weights?.(batch));
    // ε/(K − 1) on the others is ε·K/(K − 1) spread over all, less what the target gets of it.
    const share = multiply(strengthAt(epsilon, batch), over === 'others' ? classes / (classes - 1) : 1);
    return {
      ...value,
      loss: add(multiply(value.loss, subtract(1, share)), multiply(uniform, share)),
      parts: addPart(value.parts, 'uniformCrossEntropy', uniform),
    };
  }, passesOf(objective));
}
