/** A seeded source of uniform numbers in [0, 1) that can be forked by name: `streamFrom(seed)` of `@cloze/random`. */
export interface RandomStream {
  next(): number;
  /** A stream that depends on the labels only, not on what was drawn. */
  fork(...labels: readonly (string | number)[]): RandomStream;
}

/** The numbers 0..count−1 in random order (Fisher and Yates). */
export function shuffledIndices(random: { next(): number }, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
