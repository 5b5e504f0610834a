import { studentTail } from './student-tail.ts';

/** The t that `P(|T| ≤ t)` = level belongs to, by bisection to the last bits. @param level 0 to 1, exclusive @param freedom above 0 */
export function studentLimit(level: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (1 - studentTail(high, freedom) < level) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (1 - studentTail(middle, freedom) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
