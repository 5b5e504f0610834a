import { anything, callable, checkOptions, needed, whole } from '@cloze/checks';
import { askGradient } from './ask-gradient.ts';
import type { Attribution, AttributionInput } from './attribution.ts';
import { type PathRuleName, pathRule } from './path-rule.ts';
import { sumRows } from './sum-rows.ts';

/** An attribution whose sum ought to be the change of the output. */
export interface IntegratedGradients extends Attribution {
  /** The output at the baseline. */
  readonly baselineValue: number;
  /** `Σ attributions − (value − baselineValue)`: 0 for an exact integral. More steps make it smaller. */
  readonly gap: number;
}

/**
 * Integrated gradients `(xᵢ − x̄ᵢ) · ∫₀¹ ∂F/∂xᵢ(x̄ + t(x − x̄)) dt` (Sundararajan et al. 2017).
 *
 * @param options.baseline `[tokens × width]`, default zeros @param options.steps evaluations of the gradient, default 20
 * @param options.rule default `gauss-legendre` @param options.batch points for one call of `gradient`, default 8
 * @throws {RangeError} for sizes that do not fit
 */
export async function integratedGradients(
  options: AttributionInput & {
    readonly baseline?: ArrayLike<number>;
    readonly steps?: number;
    readonly rule?: PathRuleName;
    readonly batch?: number;
  },
): Promise<IntegratedGradients> {
  checkOptions('integratedGradients', options, {
    input: needed(anything),
    width: needed(whole(1)),
    gradient: needed(callable),
    baseline: anything,
    steps: whole(1),
    rule: anything,
    batch: whole(1),
  });
  const { baseline, steps = 20, rule = 'gauss-legendre', batch = 8, ...asked } = options;

  const x = Float64Array.from(asked.input);
  const start = baseline ? Float64Array.from(baseline) : new Float64Array(x.length);
  if (start.length !== x.length)
    throw new RangeError(`integratedGradients: baseline has ${start.length} numbers, input ${x.length}.`);
  const { nodes, weights } = pathRule(rule, steps);
  const points = Array.from(nodes, (t) =>
    x.map((value, i) => (start[i] as number) + t * (value - (start[i] as number))),
  );
  // The two ends come last: what their outputs say is what the attributions should sum to.
  const found = await askGradient('integratedGradients', asked, [...points, start, x], batch);
  const dimensions = new Float64Array(x.length);
  for (const [step, weight] of weights.entries()) {
    const { gradient } = found[step] as (typeof found)[number];
    for (let i = 0; i < x.length; i++) dimensions[i]! += weight * (gradient[i] as number);
  }
  for (let i = 0; i < x.length; i++) dimensions[i]! *= (x[i] as number) - (start[i] as number);
  const [baselineValue, value] = [found[steps]?.value as number, found[steps + 1]?.value as number];
  const tokens = sumRows(dimensions, asked.width);
  const gap = tokens.reduce((sum, token) => sum + token, 0) - (value - baselineValue);
  return { tokens, dimensions, value, baselineValue, gap };
}
