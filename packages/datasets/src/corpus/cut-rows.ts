/** Where a row of a document's tokens begins and ends. */
export type RowSpan = readonly [from: number, to: number];

/**
 * Cuts a document's tokens into rows of at most `room`: behind the last end of a sentence in the row's second half, else before a word, else anywhere.
 *
 * @param ends says whether a sentence ends with token i @param begins says whether a word begins with token i
 */
export function cutRows(
  count: number,
  room: number,
  { ends, begins }: { readonly ends: (i: number) => boolean; readonly begins: (i: number) => boolean },
): RowSpan[] {
  const rows: RowSpan[] = [];
  for (let from = 0; from < count; ) {
    let to = Math.min(count, from + room);
    if (to < count) {
      const least = from + Math.ceil(room / 2);
      let end = to;
      while (end > least && !ends(end - 1)) end--;
      if (end > least) to = end;
      else {
        let word = to;
        while (word > least && !begins(word)) word--;
        if (word > least) to = word;
      }
    }
    rows.push([from, to]);
    from = to;
  }
  return rows;
}
