import { constant, gatherRows, reshape } from '@cloze/backend';
import { checkOptions, needed, text } from '@cloze/checks';
import { leafAt } from './leaf-at.ts';
import type { PathScope } from './scope.ts';
import { withLeaf } from './with-leaf.ts';

/** Where the token table and its numbers are. */
export interface OccurrencePaths {
  /** Path of the token table among the parameters, such as `encoder/embeddings/tokenTable`. */
  readonly table: string;
  /** Path of the token ids in the batch, int32 `[batch, length]`. */
  readonly ids: string;
  /** Path where a tied head finds an output matrix of its own, such as `encoder/languageModel/output`: it then keeps the plain table. */
  readonly tied?: string;
}

/**
 * The looked-up embeddings `[batch, length, width]` (the activations): each occurrence of a token is perturbed by itself.
 *
 * The model is not touched: it gets the looked-up rows as its table and numbers 0, 1, 2, … as its ids. It must use the ids for
 * nothing but the look-up (pads by a mask of their own), and a head tied to the table needs `tied`.
 *
 * @throws {RangeError} (on a call) where a path does not exist
 */
export function occurrenceScope(paths: OccurrencePaths): PathScope {
  checkOptions('occurrenceScope', paths, { table: needed(text), ids: needed(text), tied: text });
  const { table, ids, tied } = paths;
  const where = 'occurrenceScope';
  return {
    rows: 'batch',
    of: (parameters, batch) => gatherRows(leafAt(parameters, table, where), leafAt(batch, ids, where)),
    put: (parameters, batch, x) => {
      const [rows, length, width] = x.shape as [number, number, number];
      const numbers = Array.from({ length: rows * length }, (_, i) => i);
      const kept = tied === undefined ? parameters : withLeaf(parameters, tied, leafAt(parameters, table, where));
      return [
        withLeaf(kept, table, reshape(x, [rows * length, width])),
        withLeaf(batch, ids, constant(numbers, [rows, length], 'int32')),
      ];
    },
  };
}
