import { askGradient } from './ask-gradient.ts';
import type { Attribution, AttributionInput, GradientAt } from './attribution.ts';
import { sumRows } from './sum-rows.ts';

/** Gradient × input `xᵢ · ∂F/∂xᵢ`: the first-order change of the output if a token's embedding were 0 (Shrikumar et al. 2016). */
export async function gradientTimesInput(asked: AttributionInput): Promise<Attribution> {
  const x = Float64Array.from(asked.input);
  const [{ value, gradient }] = (await askGradient('gradientTimesInput', asked, [x])) as [GradientAt];
  const dimensions = x.map((number, i) => number * (gradient[i] as number));
  return { tokens: sumRows(dimensions, asked.width), dimensions, value };
}
