import { add, forkKey, gradients, type Key, stopGradient, type Tensor } from '@cloze/backend';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import type { AdversarialOptions } from './adversarial-options.ts';

/** How an attack moves: from the slope at a point to the perturbation of the next one. @internal */
export interface Attack<B> {
  /** Slopes taken before the loss that counts. */
  readonly steps: number;
  /** The first perturbation, where it is not zero. */
  readonly start?: ((x: Tensor, batch: B, key: Key | undefined) => Tensor) | undefined;
  readonly move: (slope: Tensor, delta: Tensor | undefined, batch: B) => Tensor;
}

/**
 * The shared course of FGM, FGSM and PGD: slope, move, …, then the loss at `x + δ` with δ a constant of the step.
 *
 * Parameters are values, never changed, so nothing is restored and the optimiser sees the gradient of the returned loss only.
 *
 * @internal
 */
export function attacked<P, B, O>(
  objective: Objective<P, B, O>,
  { scope, minimise = 'adversarial', dropout = 'same' }: AdversarialOptions<P, B>,
  { steps, start, move }: Attack<B>,
): Objective<P, B, O> {
  const { forward, backward } = passesOf(objective);
  const sum = minimise === 'sum';
  return withPasses(
    (parameters, batch, key) => {
      const x = scope.of(parameters, batch);
      const objectiveAt = (delta: Tensor | undefined, pass: number) => {
        const point = delta ? add(x, delta) : x;
        const own = dropout === 'fresh' && pass > 0 ? key && forkKey(key, `perturbed pass ${pass}`) : key;
        return { point, value: objective(...scope.put(parameters, batch, point), own) };
      };
      const clean = sum || !start ? objectiveAt(undefined, 0) : undefined;
      let delta = start?.(x, batch, key);
      let last = clean && !delta ? clean : objectiveAt(delta, 1);
      for (let step = 1; step <= steps; step++) {
        delta = stopGradient(move(gradients(last.value.loss, last.point), delta, batch));
        last = objectiveAt(delta, step + 1);
      }
      const adversarial = last.value;
      let parts = addPart((clean?.value ?? adversarial).parts, 'adversarialLoss', adversarial.loss);
      if (clean) parts = addPart(parts, 'cleanLoss', clean.value.loss);
      const loss = sum && clean ? add(clean.value.loss, adversarial.loss) : adversarial.loss;
      return { ...adversarial, loss, parts };
    },
    {
      forward: forward * (steps + 1 + (sum && start ? 1 : 0)),
      backward: backward * (steps + 1 + (sum ? 1 : 0)),
    },
  );
}
