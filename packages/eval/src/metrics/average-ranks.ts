import { checkValues } from '@cloze/checks';

/** Ranks from 1, smallest first; equal values share the mean of their ranks. @throws {TypeError} for what is no list */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  checkValues('averageRanks', 'values', values);
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
