import { logGamma } from './log-gamma.ts';

/**
 * Regularised incomplete beta function `I_x(a, b)`, 0 to 1, by its continued fraction (DLMF 8.17.22) evaluated with Lentz's method.
 *
 * @param x 0 to 1 @param a above 0 @param b above 0
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; the other side by symmetry.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const scale = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a),
  );
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let [upper, lower] = [1, 1 / away(1 - ((a + b) * x) / (a + 1))];
  let fraction = lower;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      lower = 1 / away(1 + term * lower);
      upper = away(1 + term / upper);
      change = lower * upper;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return scale * fraction;
}
