import { PriorityQueue } from '../priority-queue.ts';
import type { Piece } from './read-tokenizer.ts';

/** Byte-pair encoding as `tokenizer.json` has it. */
export interface BytePairModel {
  readonly vocab: Readonly<Record<string, number>>;
  /** `left right`, or both as a list; the earlier is joined before. */
  readonly merges: readonly (string | readonly [left: string, right: string])[];
  readonly unk_token?: string | null;
  readonly fuse_unk?: boolean;
  readonly ignore_merges?: boolean;
}

interface Merge {
  readonly left: number;
  readonly rank: number;
  readonly id: number;
}
interface Part {
  id: number;
  bytes: number;
  before: number;
  after: number;
}

const bytesOf = (character: string): number => {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
};

/** Where the character of each UTF-8 byte of a word begins and ends, in UTF-16 units. */
function placesByByte(word: string): (readonly [start: number, end: number])[] {
  const places: (readonly [number, number])[] = [];
  let unit = 0;
  for (const character of word) {
    const place = [unit, unit + character.length] as const;
    for (let i = 0; i < bytesOf(character); i++) places.push(place);
    unit += character.length;
  }
  return places;
}

/**
 * The pieces of a word by byte-pair encoding (Sennrich et al. 2016): its characters, of which the pair that was learnt first is joined, again and again,
 * the leftmost of equals before.
 *
 * A character that is no token and has none that stands for it is left out before anything is joined, and places count on from there, as the native code has it.
 * `@huggingface/tokenizers` 0.2 leaves it out afterwards.
 *
 * @returns what gives the pieces of a word, `start` and `end` in UTF-16 units
 */
export function bytePairs({
  vocab,
  merges,
  unk_token,
  fuse_unk,
  ignore_merges,
}: BytePairModel): (word: string) => Piece[] {
  const ids = new Map(Object.entries(vocab));
  const unknown = unk_token == null ? undefined : ids.get(unk_token);
  const ranks = new Map<string, Omit<Merge, 'left'>>();
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge;
    const [a, b, id] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a !== undefined && b !== undefined && id !== undefined) ranks.set(`${a} ${b}`, { rank, id });
  }
  return (word) => {
    const whole = ignore_merges ? ids.get(word) : undefined;
    if (whole !== undefined) return [{ id: whole, start: 0, end: word.length }];
    const symbols: Part[] = [];
    let isFused = false;
    for (const character of word) {
      const id = ids.get(character);
      const bytes = bytesOf(character);
      const last = symbols.at(-1);
      if (id === undefined && isFused && last) last.bytes += bytes;
      else if (id !== undefined || unknown !== undefined)
        symbols.push({ id: id ?? (unknown as number), bytes, before: symbols.length - 1, after: symbols.length + 1 });
      isFused = id === undefined && unknown !== undefined && fuse_unk === true;
    }
    const queue = new PriorityQueue<Merge>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.left < b.left));
    const offer = (left: number) => {
      const [a, b] = [symbols[left], symbols[symbols[left]?.after ?? -1]];
      const merge = a && b && ranks.get(`${a.id} ${b.id}`);
      if (merge) queue.push({ left, ...merge });
    };
    for (let left = 0; left + 1 < symbols.length; left++) offer(left);
    for (let merge = queue.pop(); merge; merge = queue.pop()) {
      const [a, b] = [symbols[merge.left] as Part, symbols[symbols[merge.left]?.after ?? -1]];
      // One of the two was joined with another before.
      if (a.bytes === 0 || !b || ranks.get(`${a.id} ${b.id}`)?.id !== merge.id) continue;
      a.id = merge.id;
      a.bytes += b.bytes;
      b.bytes = 0;
      a.after = b.after;
      const next = symbols[b.after];
      if (next) next.before = merge.left;
      if (a.before >= 0) offer(a.before);
      offer(merge.left);
    }
    const places = placesByByte(word);
    let byte = 0;
    return symbols
      .filter(({ bytes }) => bytes > 0)
      .map(({ id, bytes }) => {
        const [start] = places[byte] as readonly [number, number];
        byte += bytes;
        const [, end] = places[byte - 1] as readonly [number, number];
        return { id, start, end };
      });
  };
}
