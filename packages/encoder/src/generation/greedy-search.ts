import { checkOptions, needed, whole } from '@cloze/checks';
import type { Decoder, Hypothesis } from './decoder.ts';

/**
 * The likeliest token at each step, for every row at once, until each has ended or `maximumTokens` are there. Ties go to the smaller id.
 *
 * @param rows rows of the decoder @returns one hypothesis a row
 */
export async function greedySearch(
  decoder: Decoder,
  options: { readonly rows: number; readonly endId: number; readonly maximumTokens: number },
): Promise<Hypothesis[]> {
  checkOptions('greedySearch', options, {
    rows: needed(whole(1)),
    endId: needed(whole()),
    maximumTokens: needed(whole(1)),
  });
  const { rows, endId, maximumTokens } = options;

  const found = Array.from({ length: rows }, () => ({ tokens: [] as number[], logProbability: 0, ended: false }));
  const parents = [...found.keys()];
  for (let next = await decoder.start(), step = 0; ; step++) {
    const size = next.length / rows;
    const chosen = found.map((hypothesis, row) => {
      if (hypothesis.ended) return endId;
      let best = row * size;
      for (let candidate = best; candidate < (row + 1) * size; candidate++)
        if ((next[candidate] as number) > (next[best] as number)) best = candidate;
      const token = best - row * size;
      hypothesis.logProbability += next[best] as number;
      if (token === endId) hypothesis.ended = true;
      else hypothesis.tokens.push(token);
      return token;
    });
    if (step + 1 >= maximumTokens || found.every(({ ended }) => ended)) return found;
    next = await decoder.advance(parents, chosen);
  }
}
