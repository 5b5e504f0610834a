import {
  add,
  forkKey,
  gradients,
  klFromLogits,
  multiply,
  randomNormal,
  stopGradient,
  type Tensor,
} from '@cloze/backend';
import { anything, callable, checkOptions, flag, needed, oneOf, type Rules, real } from '@cloze/checks';
import { checkNorm } from '../norms/check-norm.ts';
import type { NormOver } from '../norms/length-of.ts';
import { normalised } from '../norms/normalised.ts';
import type { Model, Objective } from '../objective/objective.ts';
import { type LogitsOutput, logitsOf } from '../objective/task-output.ts';
import { weightedMean } from '../objective/weighted-mean.ts';
import { withPasses } from '../objective/with-passes.ts';
import type { Scope } from '../scope/scope.ts';
import { checkNumbers } from '../strength/check-numbers.ts';

/** Options of a virtual adversarial objective. */
export interface VirtualAdversarialOptions<P, B> {
  /** What is perturbed. The articles' code takes the token table; the paper the looked-up embeddings. */
  readonly scope: Scope<NoInfer<P>, NoInfer<B>>;
  /** Over what directions are normalised: `global` (default, the published code) or a sample (the paper). */
  readonly norm?: NormOver;
  /** Power iterations r ≥ 0, default 1; 0 is Gaussian noise of length ε. */
  readonly iterations?: number;
  /** Where the slope is taken, ξ > 0, default 10 (a whole table under one norm). At 0 the slope is 0, and float32 cannot see a tiny ξ. */
  readonly xi?: number;
  /** Length of the perturbation, ε > 0, default 1. */
  readonly epsilon?: number;
  /** `l(teacher, student)` of each row, default `KL(teacher‖student)` of logits. */
  readonly divergence?: (teacher: Tensor, student: Tensor) => Tensor;
  /** `detached`: no gradient flows to the teacher (default, the published code); `attached`: it flows to both sides. */
  readonly teacher?: 'detached' | 'attached';
  /** Whether perturbed passes have dropout (default, the published code). The teacher never has. */
  readonly dropout?: boolean;
  /** float32 weights of rows or tokens; default all equal. */
  readonly weights?: (batch: B) => Tensor;
}

/** What options of a virtual adversarial objective must be. @internal */
export const virtualAdversarialRules: Rules<VirtualAdversarialOptions<never, never>> = {
  scope: needed(anything),
  norm: oneOf(['global', 'perSample']),
  iterations: real(),
  xi: real(),
  epsilon: real(),
  divergence: callable,
  teacher: oneOf(['detached', 'attached']),
  dropout: flag,
  weights: callable,
};

/**
 * Virtual adversarial training (Miyato et al. 2018) as an objective without labels: `mean KL(f(x) ‖ f(x + ε·u))`.
 *
 * u starts standard normal; r times `u ← u/‖u‖`, `u ← ∂/∂x l(f(x), f(x + ξ·u))`; then `u/‖u‖`. The teacher f(x) has no dropout and no
 * gradient, u is a constant of the step. Costs r + 2 forward, r + 1 backward.
 *
 * @param model logits of a batch without labels
 * @throws {RangeError} for ξ or ε not positive, r no whole number, a norm a sample over a table, or (on a call) no key to draw u from
 */
export function virtualAdversarial<P, B>(
  model: Model<P, B, LogitsOutput>,
  options: VirtualAdversarialOptions<P, B>,
): Objective<P, B> {
  checkOptions('virtualAdversarial', options, virtualAdversarialRules);

  const { scope, norm = 'global', iterations = 1, xi = 10, epsilon = 1 } = options;
  const { divergence = klFromLogits, teacher: side = 'detached', dropout = true, weights } = options;
  checkNumbers('vat', { iterations });
  checkNumbers('vat', { xi, epsilon }, { positive: true });
  if (!Number.isInteger(iterations)) throw new RangeError(`vat: iterations must be a whole number, got ${iterations}.`);
  checkNorm('vat', norm, scope);
  return withPasses(
    (parameters, batch, key) => {
      if (!key) throw new RangeError('vat: needs a key to draw its first direction from.');
      const live = logitsOf(model(parameters, batch, undefined));
      const teacher = stopGradient(live);
      const x = scope.of(parameters, batch);
      const distance = (point: Tensor, from: Tensor, pass: string) => {
        const student = logitsOf(
          model(...scope.put(parameters, batch, point), dropout ? forkKey(key, pass) : undefined),
        );
        return weightedMean(divergence(from, student), weights?.(batch));
      };
      let direction = randomNormal(forkKey(key, 'direction'), x.shape);
      for (let i = 1; i <= iterations; i++) {
        const point = add(x, multiply(normalised(direction, norm), xi));
        direction = stopGradient(gradients(distance(point, teacher, `power iteration ${i}`), point));
      }
      const point = add(x, multiply(normalised(direction, norm), epsilon));
      const loss = distance(point, side === 'detached' ? teacher : live, 'student');
      return { loss, parts: {}, output: live };
    },
    { forward: iterations + 2, backward: iterations + (side === 'detached' ? 1 : 2) },
  );
}
