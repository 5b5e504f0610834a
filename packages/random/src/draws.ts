interface Uniform {
  next(): number;
}

/** A whole number in 0..limit−1. @throws {RangeError} when limit is no positive integer */
export function integerBelow(random: Uniform, limit: number): number {
  if (!Number.isInteger(limit) || limit < 1)
    throw new RangeError(`integerBelow: limit must be a positive integer, got ${limit}.`);
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

/** The numbers 0..count−1 in random order (Fisher and Yates). */
export function permutation(random: Uniform, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = integerBelow(random, i + 1);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
