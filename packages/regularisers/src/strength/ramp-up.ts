import { checkOptions, needed, oneOf, real } from '@cloze/checks';
import { checkNumbers } from './check-numbers.ts';

/**
 * A strength that grows to its peak: `peak·e^{−5(1 − t)²}` (`sigmoid`, Laine and Aila 2017) or `peak·t` (`linear`), t = step / steps up to 1.
 *
 * Consistency terms are noise while the model knows nothing; feed the value with the batch and read it as a `Strength`.
 *
 * @param step 0, 1, 2, … @param options.steps length of the ramp; 0 is none @throws {RangeError} for a negative step, steps or peak
 */
export function rampUp(
  step: number,
  options: { readonly steps: number; readonly peak?: number; readonly shape?: 'sigmoid' | 'linear' },
): number {
  checkOptions('rampUp', options, {
    steps: needed(real()),
    peak: real(),
    shape: oneOf(['linear', 'sigmoid']),
  });
  const { steps, peak = 1, shape = 'sigmoid' } = options;

  checkNumbers('rampUp', { step, steps, peak });
  const t = steps === 0 ? 1 : Math.min(1, step / steps);
  return peak * (shape === 'linear' ? t : Math.exp(-5 * (1 - t) ** 2));
}
