import { PriorityQueue } from './priority-queue.ts';

interface Pair {
  readonly left: string;
  readonly right: string;
  readonly count: number;
}

const join = (left: string, right: string) => left + right.slice(2);
const keyOf = (left: string, right: string) => `${left} ${right}`;

/**
 * Joins the most frequent pair of neighbouring pieces, again and again (Sennrich et al. 2016), with WordPiece's `##` for pieces inside a word.
 *
 * Ties are broken by spelling, so the same counts give the same pieces in the same order.
 *
 * @param words words with their number of occurrences @param split a word's first pieces
 * @param options.room most new pieces @param options.minimum least occurrences of a pair that is joined
 * @param options.known pieces that need no room
 * @returns new pieces in the order they were made
 */
export function mergePieces(
  words: Iterable<readonly [word: string, count: number]>,
  split: (word: string) => string[],
  { room, minimum, known }: { readonly room: number; readonly minimum: number; readonly known: ReadonlySet<string> },
): string[] {
  const rows = Array.from(words, ([word, count]) => ({ pieces: split(word), count }));
  const counts = new Map<string, number>();
  const places = new Map<string, Set<number>>();
  const changed = new Map<string, Pair>();
  const add = (row: number, left: string, right: string, by: number) => {
    const key = keyOf(left, right);
    const count = (counts.get(key) ?? 0) + by;
    counts.set(key, count);
    changed.set(key, { left, right, count });
    if (by > 0) (places.get(key) ?? places.set(key, new Set()).get(key))?.add(row);
  };
  const queue = new PriorityQueue<Pair>((a, b) =>
    a.count !== b.count ? a.count > b.count : keyOf(a.left, a.right) < keyOf(b.left, b.right),
  );
  const settle = () => {
    for (const pair of changed.values()) if (pair.count >= minimum) queue.push(pair);
    changed.clear();
  };
  for (const [row, { pieces, count }] of rows.entries())
    for (let i = 1; i < pieces.length; i++) add(row, pieces[i - 1] as string, pieces[i] as string, count);
  settle();
  const made = new Set<string>();
  while (made.size < room) {
    const best = queue.pop();
    if (!best) break;
    const { left, right, count } = best;
    const key = keyOf(left, right);
    // An entry of before a change: the pair's own newer entry follows.
    if (counts.get(key) !== count) continue;
    const piece = join(left, right);
    if (!known.has(piece)) made.add(piece);
    for (const row of places.get(key) ?? []) {
      const { pieces, count: times } = rows[row] as (typeof rows)[number];
      for (let i = 0; i + 1 < pieces.length; i++) {
        if (pieces[i] !== left || pieces[i + 1] !== right) continue;
        const before = pieces[i - 1];
        const after = pieces[i + 2];
        if (before !== undefined) add(row, before, left, -times), add(row, before, piece, times);
        if (after !== undefined) add(row, right, after, -times), add(row, piece, after, times);
        pieces.splice(i, 2, piece);
      }
    }
    counts.delete(key);
    changed.delete(key);
    places.delete(key);
    settle();
  }
  return [...made];
}
