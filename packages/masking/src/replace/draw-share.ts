import type { RandomStream } from '../batch.ts';

/** Cumulated shares, for drawing an index in proportion. */
export type ShareDrawer = Float64Array;

/** Prepares drawing of an index by its share. @throws {RangeError} naming `owner` for shares below 0 or not summing to 1 */
export function drawerOf(owner: string, shares: readonly number[]): ShareDrawer {
  const sum = shares.reduce((a, b) => a + b, 0);
  if (shares.length === 0 || !shares.every((share) => share >= 0) || Math.abs(sum - 1) > 1e-9)
    throw new RangeError(`${owner}: shares must be ≥ 0 and sum to 1, got ${shares.join(' + ')} = ${sum}.`);
  const cumulated = new Float64Array(shares.length);
  let total = 0;
  for (const [i, share] of shares.entries()) cumulated[i] = total += share;
  return cumulated;
}

/** An index in proportion to its share, by one draw. */
export function drawShare(drawer: ShareDrawer, random: RandomStream): number {
  const drawn = random.next() * (drawer.at(-1) as number);
  let low = 0;
  let high = drawer.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((drawer[middle] as number) > drawn) high = middle;
    else low = middle + 1;
  }
  return low;
}
