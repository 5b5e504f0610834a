import { concat, isTensor, mapTree } from '@cloze/backend';

/** A batch with all its rows again and again: 0, 1, …, 0, 1, …; scalars stay. @internal */
export function repeatRows<B>(batch: B, times: number): B {
  return mapTree(batch, (x) => (x.shape.length === 0 ? x : concat(Array(times).fill(x))), isTensor);
}
