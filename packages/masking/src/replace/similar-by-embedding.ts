import { anything, checkOptions, needed, whole } from '@cloze/checks';
import type { SimilarWords } from './similar-words.ts';
import { vectorLength } from './vector-length.ts';

/** The `count` ids of highest cosine with row `id` of a table, best first, without `id` itself. */
function nearest(
  id: number,
  {
    table,
    width,
    norms,
    ids,
    count,
  }: { table: Float32Array; width: number; norms: Float64Array; ids: Int32Array; count: number },
): Int32Array {
  const found = new Int32Array(count);
  const scores = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let held = 0;
  for (const other of ids) {
    if (other === id) continue;
    let product = 0;
    for (let i = 0; i < width; i++) product += (table[id * width + i] as number) * (table[other * width + i] as number);
    const cosine = product / ((norms[other] as number) || 1);
    if (held === count && cosine <= (scores[count - 1] as number)) continue;
    let slot = held < count ? held++ : count - 1;
    for (; slot > 0 && (scores[slot - 1] as number) < cosine; slot--) {
      scores[slot] = scores[slot - 1] as number;
      found[slot] = found[slot - 1] as number;
    }
    scores[slot] = cosine;
    found[slot] = other;
  }
  return found.subarray(0, held);
}

/**
 * Similar words from an encoder's own token table: each token gives way to a neighbour by cosine, so lengths always agree.
 *
 * The k-th alternative of a word is made of the k-th neighbours of its tokens. Neighbours are looked up when first needed and kept:
 * vocabulary·width multiplications a token.
 *
 * @param options.table `[vocabulary, width]`, row-major @param options.ids ids that may stand in
 * @param options.count alternatives a word, default 8
 * @throws {RangeError} when the table is no whole number of rows, or `count` no positive integer
 */
export function similarByEmbedding(options: {
  readonly table: Float32Array;
  readonly width: number;
  readonly ids: Int32Array;
  readonly count?: number;
}): SimilarWords {
  checkOptions('similarByEmbedding', options, {
    table: needed(anything),
    width: needed(whole(1)),
    ids: needed(anything),
    count: whole(1),
  });
  const { table, width, ids, count = 8 } = options;

  const problems: string[] = [];
  if (!(Number.isInteger(width) && width > 0 && table.length % width === 0))
    problems.push(`a table of ${table.length} numbers is no whole number of rows of width ${width}`);
  if (!(Number.isInteger(count) && count > 0)) problems.push(`count must be a positive integer, got ${count}`);
  const rows = Math.floor(table.length / width);
  const outside = ids.find((id) => !(id >= 0 && id < rows));
  if (outside !== undefined) problems.push(`ids must be in [0, ${rows}), got ${outside}`);
  if (problems.length > 0) throw new RangeError(`similarByEmbedding: ${problems.join('; ')}.`);
  const norms = Float64Array.from({ length: rows }, (_, row) =>
    vectorLength(table.subarray(row * width, row * width + width)),
  );
  const known = new Map<number, Int32Array>();
  const neighbours = (id: number) => {
    let found = known.get(id);
    if (!found)
      known.set(id, (found = id < rows ? nearest(id, { table, width, norms, ids, count }) : new Int32Array(0)));
    return found;
  };
  return (word) => {
    const each = Array.from(word, neighbours);
    const shortest = each.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
    return Array.from({ length: shortest }, (_, k) => Int32Array.from(each, (found) => found[k] as number));
  };
}
