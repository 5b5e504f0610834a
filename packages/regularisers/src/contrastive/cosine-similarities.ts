import { matmul, type Tensor } from '@cloze/backend';
import { unitRows } from './unit-rows.ts';

/** `cos(a_i, b_j)` of every pair of rows: `[rows, width]`, `[others, width]` → `[rows, others]`; a zero vector is at cosine 0 to all. */
export function cosineSimilarities(a: Tensor, b: Tensor): Tensor {
  return matmul(unitRows(a), unitRows(b), { transposeB: true });
}
