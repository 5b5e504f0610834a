import type { PlacedEncoding } from '@cloze/tokenizer';
import { selectTokens } from '../encode/select-tokens.ts';

/** Columns `[from, to)` of the second text of a pair, whatever a family puts between and behind the two. */
export function contextColumns({ segments, special, ids }: PlacedEncoding): {
  readonly from: number;
  readonly to: number;
} {
  let to = ids.length;
  while (to > 0 && special[to - 1]) to--;
  let from = segments.indexOf(1);
  if (from < 0) {
    // One segment: the context begins behind the last special tokens that are not at the end.
    from = 0;
    for (let i = 0; i < ids.length - 1; i++) if (special[i]) from = i + 1;
  }
  return { from, to: Math.max(from, to) };
}

/**
 * A question with its context as rows of at most `length` tokens: each has the whole question and a window of the context, which begins `stride` tokens before
 * the one before it ends (transformers' `truncation="only_second"` with `return_overflowing_tokens`).
 *
 * A question takes at most half of a row's tokens; what is cut of it is told in the first window's `cut`. Neighbours share at most half of a window.
 *
 * @throws {RangeError} for a length without room for both
 */
export function spanWindows(
  encoding: PlacedEncoding,
  { length, stride }: { readonly length: number; readonly stride: number },
): PlacedEncoding[] {
  const size = encoding.ids.length;
  if (size <= length) return [encoding];
  const { from, to } = contextColumns(encoding);
  const head = [...Array(from).keys()];
  const asked = head.filter((place) => !encoding.special[place]);
  const around = size - (to - from) - asked.length;
  const most = Math.floor((length - around) / 2);
  if (most < 1)
    throw new RangeError(
      `span: rows of ${length} tokens leave no room for a question and its context; ${around} are special tokens.`,
    );
  const left = new Set(asked.slice(most));
  const before = head.filter((place) => !left.has(place));
  const after = Array.from({ length: size - to }, (_, i) => to + i);
  const room = length - before.length - after.length;
  const step = room - Math.min(stride, Math.floor(room / 2));
  const windows: PlacedEncoding[] = [];
  for (let start = from; start === from || start + room - step < to; start += step) {
    const own = Array.from({ length: Math.min(room, to - start) }, (_, i) => start + i);
    const cut = left.size > 0 && windows.length === 0 ? [left.size, 0] : undefined;
    windows.push(selectTokens(encoding, [...before, ...own, ...after], cut));
  }
  return windows;
}
