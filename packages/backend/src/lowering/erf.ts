/** `erf(x) = 2/√π ∫₀ˣ exp(−t²) dt` in double precision: a series near zero, a continued fraction from 2 on. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x < 2) {
    let term = x;
    let total = x;
    for (let n = 1; n < 60 && term !== 0; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
}
