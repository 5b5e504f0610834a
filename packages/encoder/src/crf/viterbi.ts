import type { CrfParameters } from './crf-loss.ts';

/**
 * The row of tags with the highest score, in one pass over its tokens (Viterbi 1967): for each tag the best way to it, then back along the ways; of equal ones
 * the tag with the smaller number.
 *
 * @param logits of one row, `length · tags` numbers, a token's tags side by side @param crf `start` and `end` as many as tags, `transitions` tags · tags
 * @returns as many tags as tokens, and their score as `crfScore` has it
 * @throws {RangeError} for numbers of logits and transitions that do not fit the number of tags
 */
export function viterbi(
  logits: ArrayLike<number>,
  crf: CrfParameters<ArrayLike<number>>,
): { readonly tags: readonly number[]; readonly score: number } {
  const { start, end, transitions } = crf;
  const count = start.length;
  if (count === 0 || end.length !== count || transitions.length !== count * count || logits.length % count !== 0)
    throw new RangeError(
      `viterbi: ${start.length} starts, ${end.length} ends, ${transitions.length} transitions and ${logits.length} logits do not fit one number of tags.`,
    );
  const length = logits.length / count;
  if (length === 0) return { tags: [], score: 0 };
  const ways = new Int32Array(length * count);
  let scores = Array.from({ length: count }, (_, tag) => (start[tag] as number) + (logits[tag] as number));
  for (let t = 1; t < length; t++) {
    scores = Array.from({ length: count }, (_, tag) => {
      let [best, way] = [Number.NEGATIVE_INFINITY, 0];
      for (let before = 0; before < count; before++) {
        const score = (scores[before] as number) + (transitions[before * count + tag] as number);
        if (score > best) [best, way] = [score, before];
      }
      ways[t * count + tag] = way;
      return best + (logits[t * count + tag] as number);
    });
  }
  let [score, last] = [Number.NEGATIVE_INFINITY, 0];
  for (const [tag, own] of scores.entries()) {
    const whole = own + (end[tag] as number);
    if (whole > score) [score, last] = [whole, tag];
  }
  const tags = new Array<number>(length);
  for (let t = length - 1; t >= 0; t--) {
    tags[t] = last;
    last = ways[t * count + last] as number;
  }
  return { tags, score };
}
