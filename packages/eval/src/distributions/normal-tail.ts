/**
 * Two-sided tail `P(|Z| ≥ |z|)` of the standard normal, that is `erfc(|z| / √2)`: Taylor's series below 3, the continued fraction of
 * Laplace (DLMF 7.9.3) above.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  const x = Math.abs(z);
  const density = Math.exp((-x * x) / 2) * Math.sqrt(2 / Math.PI);
  if (x > 3) {
    let fraction = x;
    for (let k = 200; k >= 1; k--) fraction = x + k / fraction;
    return density / fraction;
  }
  let [term, sum] = [x, x];
  for (let k = 1; Math.abs(term) > 1e-17 * sum; k++) sum += term *= (x * x) / (2 * k + 1);
  return 1 - density * sum;
}
