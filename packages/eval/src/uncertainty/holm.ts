/**
 * p-values of several comparisons, adjusted so that the chance of any false alarm stays at the level (Holm 1979):
 * the k-th smallest of m becomes `max over j ≤ k of min(1, (m − j + 1)·p₍ⱼ₎)`.
 *
 * @returns adjusted values in the order given; compare them with the level itself
 * @throws {RangeError} for a value outside 0 to 1
 */
export function holm(pValues: ArrayLike<number>): number[] {
  const order = Array.from({ length: pValues.length }, (_, i) => i);
  for (const i of order) {
    if (!((pValues[i] as number) >= 0 && (pValues[i] as number) <= 1))
      throw new RangeError(`holm: expected p-values from 0 to 1; pValues[${i}] is ${pValues[i]}.`);
  }
  order.sort((i, j) => (pValues[i] as number) - (pValues[j] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [k, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - k) * (pValues[i] as number)));
    adjusted[i] = largest;
  }
  return adjusted;
}
