import { CountTable, hashOf } from './count-table.ts';
import { type NgramLevel, ngramLevel } from './ngram-level.ts';

/** The number of the frequent n-gram at `from..from + n` of a sentence of word numbers, −1 when it is not frequent. */
export function ngramAt(
  levels: readonly NgramLevel[],
  vocabulary: number,
  { ids, from, n }: { readonly ids: ArrayLike<number>; readonly from: number; readonly n: number },
): number {
  let index = ids[from] as number;
  for (let k = 1; k < n && index >= 0; k++) {
    const word = ids[from + k] as number;
    index = word < 0 ? -1 : (levels[k] as NgramLevel).indexOf(index * vocabulary + word);
  }
  return index;
}

/**
 * Counts n-grams whose first and last n−1 words are frequent: no other can be (Agrawal and Srikant 1994).
 *
 * When more different ones turn up than `most`, the level is counted anew in twice as many passes, each over the keys of one hash class:
 * memory stays bounded, counts stay exact.
 */
export function countLevel(
  sentences: () => Iterable<ArrayLike<number>>,
  {
    levels,
    n,
    vocabulary,
    minimum,
    most,
  }: {
    readonly levels: readonly NgramLevel[];
    readonly n: number;
    readonly vocabulary: number;
    readonly minimum: number;
    readonly most: number;
  },
): { readonly level: NgramLevel; readonly passes: number } {
  for (let classes = 1; ; classes *= 2) {
    const found: [key: number, count: number][] = [];
    let done = 0;
    for (; done < classes; done++) {
      const table = new CountTable(most);
      if (!countClass(sentences(), table, { levels, n, vocabulary, classes, chosen: done })) break;
      table.each((key, count) => count >= minimum && found.push([key, count]));
    }
    if (done < classes) continue;
    found.sort(([a], [b]) => a - b);
    return {
      passes: classes,
      level: ngramLevel(
        Float64Array.from(found, ([key]) => key),
        Int32Array.from(found, ([, count]) => count),
      ),
    };
  }
}

function countClass(
  sentences: Iterable<ArrayLike<number>>,
  table: CountTable,
  {
    levels,
    n,
    vocabulary,
    classes,
    chosen,
  }: {
    readonly levels: readonly NgramLevel[];
    readonly n: number;
    readonly vocabulary: number;
    readonly classes: number;
    readonly chosen: number;
  },
): boolean {
  for (const ids of sentences) {
    let before = -1;
    for (let from = 0; from + n <= ids.length + 1; from++) {
      // The prefix of the n-gram that began one word earlier has this one as its last n−1 words.
      const prefix = from + n - 1 <= ids.length ? ngramAt(levels, vocabulary, { ids, from, n: n - 1 }) : -1;
      if (before >= 0 && prefix >= 0) {
        const key = before * vocabulary + (ids[from + n - 2] as number);
        if ((classes === 1 || hashOf(key + 1) % classes === chosen) && !table.add(key)) return false;
      }
      before = prefix;
    }
  }
  return true;
}
