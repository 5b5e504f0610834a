import { chunkText } from '@cloze/datasets';
import { type FigureOverSeeds, figureOverSeeds, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { LoadedModel } from '../model/loaded-model.ts';
import { score } from '../score/score.ts';

/** Characters below which a corpus is small. */
const smallCorpus = 2_000_000;

/** Every so manieth document is held out where no held-out text is given: the 10th of a small corpus, the 50th of a larger one. @param size bytes or characters */
export const heldOutEvery = (size: number): number => (size < smallCorpus ? 10 : 50);

/**
 * Pseudo-perplexity of held-out pieces, `exp(−Σ ln p / tokens)`, with its interval over them; `n` is 0 where nothing was scored.
 *
 * @param rows pieces at most, 0 scores none @param length tokens of a piece
 */
export async function heldOutPerplexity(
  model: LoadedModel,
  texts: AsyncIterable<string>,
  { rows, length }: { readonly rows: number; readonly length: number },
): Promise<FigureOverSeeds> {
  const unknown: FigureOverSeeds = {
    ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
    seedsCovered: false,
  };
  if (rows === 0) return unknown;
  const pieces: string[] = [];
  for await (const text of texts) {
    for (const piece of chunkText(text, length - 2)) if (piece.trim() !== '') pieces.push(piece);
    if (pieces.length >= rows) break;
  }
  const scores = (await score(model, pieces.slice(0, rows))).filter(({ count }) => count > 0);
  if (scores.length === 0) return unknown;
  const logProbabilities = scores.map(({ tokens }) => tokens.flatMap(([, value]) => (value === null ? [] : [value])));
  return figureOverSeeds([logProbabilities], {
    statistic: (chosen) => perplexity([...chosen]),
    samples: 1000,
    random: streamFrom(1).fork('held out'),
  });
}
