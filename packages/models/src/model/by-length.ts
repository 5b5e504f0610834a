/** Numbers of encodings, those of like length together, at most `rows` at once: little of a batch is padding. */
export function byLength(encodings: readonly { readonly ids: ArrayLike<number> }[], rows: number): number[][] {
  if (!(Number.isInteger(rows) && rows > 0))
    throw new RangeError(`rows must be a whole number of at least 1, got ${rows}.`);
  const lengthOf = (i: number) => encodings[i]?.ids.length ?? 0;
  const order = [...encodings.keys()].sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  return Array.from({ length: Math.ceil(order.length / rows) }, (_, k) => order.slice(k * rows, (k + 1) * rows));
}
