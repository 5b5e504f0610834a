import { checkArguments, shown, whole } from '@cloze/checks';

interface Uniform {
  next(): number;
}

/** A whole number in 0..limit−1. @param limit a whole number from 1 to 2³², which is how many numbers a stream has @throws {RangeError} for another */
export function integerBelow(random: Uniform, limit: number): number {
  // Called for every token: no object is made unless it fails.
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 0x100000000))
    throw new RangeError(`integerBelow: limit must be a whole number from 1 to ${0x100000000}, got ${shown(limit)}.`);
  return Math.floor(random.next() * limit);
}

/** A standard normal number (Box and Muller 1958, first of the pair). */
export function normal(random: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** A normal number cut at two standard deviations by redrawing, as BERT's initialiser does. */
export function truncatedNormal(random: Uniform): number {
  for (;;) {
    const drawn = normal(random);
    if (Math.abs(drawn) <= 2) return drawn;
  }
}

/** The numbers 0..count−1 in random order (Fisher and Yates). @param count a whole number from 0 to 2³¹ − 1 @throws {RangeError} for another */
export function permutation(random: Uniform, count: number): Int32Array {
  checkArguments('permutation', { count }, { count: whole(0, 0x7fffffff) });
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = integerBelow(random, i + 1);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
