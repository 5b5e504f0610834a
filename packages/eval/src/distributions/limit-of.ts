/** The limit at which a two-sided tail leaves `level` inside, by bisection to the last bits. @param tail falls from 1 at 0 */
export function limitOf(level: number, tail: (limit: number) => number): number {
  let [low, high] = [0, 1];
  while (1 - tail(high) < level) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (1 - tail(middle) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
