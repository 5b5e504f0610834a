import { add, multiply, type Tensor } from '@cloze/backend';
import { anything, callable, checkOptions, oneOf } from '@cloze/checks';
import type { Divergence } from '../divergences/divergence.ts';
import { twoSided } from '../divergences/two-sided.ts';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { outputOf } from '../objective/output-of.ts';
import { passesOf } from '../objective/passes-of.ts';
import { type LogitsOutput, logitsOf } from '../objective/task-output.ts';
import { withPasses } from '../objective/with-passes.ts';
import { evaluateTwice, type PairOptions, pairRules } from '../pairs/evaluate-twice.ts';
import { meanDistance, pairOf } from '../pairs/pair-of.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/** Options of R-Drop. */
export interface RDropOptions<B, O> extends PairOptions<B> {
  /** Weight of the divergence, α ≥ 0. The paper uses 1 to 5; default 4. */
  readonly alpha?: Strength<B>;
  /**
   * `paper`: mean over rows of `CE₁ + CE₂ + α/2·[D(p, q) + D(q, p)]`; `halved`: half of that, which is the published Keras code's mean
   * over 2N rows with α/4. Default `halved`: without divergence it is as large as the plain loss, so learning rates carry over.
   */
  readonly scaling?: 'paper' | 'halved';
  /** Default `kl`, both ways. */
  readonly divergence?: Divergence;
  /** The part of the model's output that is compared, `[rows, classes]` or `[rows, length, classes]`; default its `logits`, or the tensor that it is. */
  readonly logits?: (output: O) => Tensor;
  /** float32 weights of what is averaged, such as the mask of target tokens `[rows, length]` of the batch (doubled, if it is); default all equal. */
  readonly weights?: (batch: B) => Tensor;
}

/**
 * R-Drop (Liang et al. 2021): two passes with different dropout, the loss of both, and the divergence between their predictions.
 *
 * `½(L₁ + L₂) + α/4·mean[D(p, q) + D(q, p)]` (`halved`) or twice that (`paper`). Gradients flow to both sides. Classification,
 * token-level (`weights`: averaged over target tokens, not over padded length) and regression (`squared`) differ by options only.
 * Parts: those of both passes averaged, and `divergence`, the mean of ½[D(p, q) + D(q, p)]. Needs the model's output; its own output is the
 * first pass's, of doubled rows where they are joined.
 * Costs 2 forward, 2 backward; interleaved or concatenated one of each over twice the rows.
 *
 * @param options.alpha α ≥ 0, default 4; the number 0 is the plain objective, one pass
 * @throws {RangeError} for a negative α, and an option that there is not @throws {TypeError} (on a call) for an objective without output
 */
export function rDrop<P, B, O extends LogitsOutput>(
  objective: Objective<P, B, O>,
  options: RDropOptions<B, O> = {},
): Objective<P, B, O> {
  checkOptions('rDrop', options, {
    ...pairRules,
    alpha: anything,
    scaling: oneOf(['paper', 'halved']),
    divergence: anything,
    logits: callable,
    weights: callable,
  });
  const { alpha = 4, scaling = 'halved', divergence = 'kl', logits = logitsOf, arrangement = 'separate' } = options;
  checkNumbers('rDrop', { alpha });
  const distance = twoSided(divergence);
  if (alpha === 0) return objective;
  const { forward, backward } = passesOf(objective);
  const calls = arrangement === 'separate' ? 2 : 1;
  return withPasses(
    (parameters, batch, key) => {
      const [first, second] = evaluateTwice(objective, [parameters, batch, key], options);
      const outputs = [first, second ?? first].map((value) => logits(outputOf('rDrop', value)));
      const pair = pairOf(outputs as [Tensor, Tensor], options);
      const apart = meanDistance(distance(...pair), batch, options);
      const both = (a: Tensor, b: Tensor | undefined) => (b ? multiply(add(a, b), 0.5) : a);
      const parts = Object.fromEntries(
        Object.entries(first.parts).map(([name, part]) => [name, both(part, second?.parts[name])]),
      );
      const halved = add(both(first.loss, second?.loss), multiply(apart, multiply(strengthAt(alpha, batch), 0.5)));
      return {
        ...first,
        loss: scaling === 'paper' ? multiply(halved, 2) : halved,
        parts: addPart(parts, 'divergence', apart),
      };
    },
    { forward: calls * forward, backward: calls * backward },
  );
}
