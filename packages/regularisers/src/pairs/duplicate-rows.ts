import { concat, isTensor, mapTree, reshape } from '@cloze/backend';
import type { Arrangement } from './arrangement.ts';

/**
 * A batch with every row twice: `interleaved` as 0, 0, 1, 1, …; `concatenated` as 0, 1, …, 0, 1, ….
 *
 * Every tensor of the tree is doubled along its first axis; scalars (strengths) stay.
 */
export function duplicateRows<B>(batch: B, arrangement: Exclude<Arrangement, 'separate'>): B {
  return mapTree(
    batch,
    (x) => {
      const [rows, ...rest] = x.shape;
      if (rows === undefined) return x;
      if (arrangement === 'concatenated') return concat([x, x], 0);
      const single = reshape(x, [rows, 1, ...rest]);
      return reshape(concat([single, single], 1), [2 * rows, ...rest]);
    },
    isTensor,
  );
}
