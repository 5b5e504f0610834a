import { checkList } from '@cloze/checks';
import type { MaskableBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';

/**
 * A small token table from neighbours alone, by random indexing (Sahlgren 2005): the sum of random signs of the tokens within two places.
 *
 * It stands in for an encoder's own table where none is given. `[vocabulary, width]`
 *
 * @param vocabulary how many tokens there are
 */
export function neighbourTable(
  batches: readonly MaskableBatch[],
  vocabulary: number,
  random: RandomStream,
  width = 32,
): Float32Array {
  checkList('neighbourTable', batches);
  for (const [i, batch] of batches.entries()) checkBatch(`neighbourTable: batch ${i}`, batch);
  const signs = Int8Array.from({ length: vocabulary * width }, () => (random.next() < 0.5 ? -1 : 1));
  const table = new Float32Array(vocabulary * width);
  for (const { ids, maskable, shape } of batches) {
    const length = shape[1];
    for (let at = 0; at < ids.length; at++) {
      if (!maskable[at]) continue;
      for (const other of [at - 2, at - 1, at + 1, at + 2]) {
        if (!maskable[other] || Math.floor(other / length) !== Math.floor(at / length)) continue;
        const [to, from] = [(ids[at] as number) * width, (ids[other] as number) * width];
        for (let i = 0; i < width; i++) table[to + i] = (table[to + i] as number) + (signs[from + i] as number);
      }
    }
  }
  return table;
}
