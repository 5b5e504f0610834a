import { anything, callable, checkOptions, checkTexts, needed, shown } from '@cloze/checks';
import type { RandomStream } from '../batch.ts';

/** Ids that random replacement draws from: a range or a list, uniformly, or with weights (see `candidatesByFrequency`). */
export type Candidates =
  | { readonly from: number; readonly to: number }
  | Int32Array
  | { readonly draw: (random: RandomStream) => number };

/** How to draw one id. */
export function drawId(candidates: Candidates): (random: RandomStream) => number {
  if ('draw' in candidates) return candidates.draw;
  if (candidates instanceof Int32Array) {
    const { length } = candidates;
    return (random) => candidates[Math.floor(random.next() * length)] as number;
  }
  const { from, to } = candidates;
  return (random) => from + Math.floor(random.next() * (to - from));
}

/** What is wrong with candidates, if anything. */
export function candidatesProblem(candidates: Candidates | undefined): string | undefined {
  if (typeof candidates !== 'object' || candidates === null)
    return `candidates must be given, ids that random replacement draws from (candidateIds lists them), got ${shown(candidates)}`;
  if ('draw' in candidates) return undefined;
  if (candidates instanceof Int32Array)
    return candidates.length > 0 ? undefined : 'candidates must hold at least one id';
  const { from, to } = candidates;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0))
    return `candidates must run between integers ≥ 0, got ${from} to ${to}`;
  return to > from ? undefined : `candidates must hold at least one id, got ${from} to ${to}`;
}

const inBrackets = /^\[[^\s[\]]+\]$|^<[^\s<>]+>$/;

/**
 * Ids that random replacement may draw: all but special and unused ones, `[PAD]`, `[unused7]`, `<s>`, and ids without a token.
 *
 * @param tokens the vocabulary, a token an id @param options.exclude further ids to leave out
 * @param options.accept keeps a token when it says true, e.g. to leave out `##` pieces that the tokenizer never makes
 * @throws {RangeError} when nothing is left
 */
export function candidateIds(
  tokens: readonly string[],
  options: { readonly exclude?: Iterable<number>; readonly accept?: (token: string, id: number) => boolean } = {},
): Int32Array {
  checkOptions('candidateIds', options, { exclude: anything, accept: callable });
  const { exclude = [], accept = () => true } = options;

  checkTexts('candidateIds', tokens);
  const out = new Set(exclude);
  const ids = tokens.flatMap((token, id) =>
    token === '' || inBrackets.test(token) || out.has(id) || !accept(token, id) ? [] : [id],
  );
  if (ids.length === 0)
    throw new RangeError(`candidateIds: none of the ${tokens.length} tokens is left to draw from; exclude fewer.`);
  return Int32Array.from(ids);
}

/**
 * Candidates drawn in proportion to counts (SpanBERT and fairseq's `freq_weighted_replacement`), in constant time (Walker's alias table).
 *
 * @param options.counts weight of each id, 0 or more @param options.ids the ids that may be drawn
 * @throws {RangeError} for a negative or non-finite count, or when all counts are 0
 */
export function candidatesByFrequency(options: { readonly counts: ArrayLike<number>; readonly ids: Int32Array }): {
  readonly draw: (random: RandomStream) => number;
} {
  checkOptions('candidatesByFrequency', options, { counts: needed(anything), ids: needed(anything) });
  const { counts, ids } = options;

  const size = ids.length;
  const weights = Float64Array.from(ids, (id) => counts[id] ?? 0);
  const total = weights.reduce((a, b) => a + b, 0);
  if (!weights.every((weight) => weight >= 0) || !(total > 0 && total < Number.POSITIVE_INFINITY))
    throw new RangeError(
      `candidatesByFrequency: counts must be finite, ≥ 0 and not all 0 over the ${size} ids; they sum to ${total}.`,
    );
  const share = weights.map((weight) => (weight / total) * size);
  const alias = Int32Array.from({ length: size }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (const [i, value] of share.entries()) (value < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const [low, high] = [small.pop() as number, large.at(-1) as number];
    alias[low] = high;
    share[high] = (share[high] as number) - (1 - (share[low] as number));
    if ((share[high] as number) < 1) small.push(large.pop() as number);
  }
  // What rounding left over is as good as full.
  for (const i of [...small, ...large]) share[i] = 1;
  return {
    draw: (random) => {
      const drawn = random.next() * size;
      const slot = Math.floor(drawn);
      // A second draw: the fraction of the first has too few bits left in large tables.
      return ids[random.next() < (share[slot] as number) ? slot : (alias[slot] as number)] as number;
    },
  };
}
