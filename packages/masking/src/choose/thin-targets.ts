import type { RandomStream } from '../batch.ts';

/** Clears all but `kept` of the `total` chosen entries, every set of that size equally likely (Knuth's selection sampling). */
export function thinTargets(
  chosen: Int32Array,
  count: number,
  { total, kept, random }: { readonly total: number; readonly kept: number; readonly random: RandomStream },
): void {
  let [left, wanted] = [total, kept];
  for (let i = 0; i < count; i++) {
    if (!chosen[i]) continue;
    if (random.next() * left < wanted) wanted--;
    else chosen[i] = 0;
    left--;
  }
}
