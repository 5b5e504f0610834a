/** A vector at length 1; a zero vector stays zero. Its largest entry is divided out first, so that no square is too small or too large. */
export function unitVector(vector: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(vector);
  const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return x;
  const scaled = x.map((value) => value / largest);
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  return scaled.map((value) => value / length);
}
