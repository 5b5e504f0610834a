/**
 * What a gradient and its square add to Adam's moments: 1 − β₁ and 1 − β₂ of β as float32 has them.
 *
 * TensorFlow's in-place kernel subtracts in float32, and 1 − 0.999 is 1.3e-5 of itself less there than in double precision. Every engine
 * takes the same shares, or one training would go different ways on two of them: objectives with second derivatives make 2e-6 of it in
 * three steps.
 */
export function momentShares({ beta1, beta2 }: { readonly beta1: number; readonly beta2: number }) {
  return { meanShare: 1 - Math.fround(beta1), varianceShare: 1 - Math.fround(beta2) };
}
