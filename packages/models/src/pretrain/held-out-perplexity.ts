import { chunkText } from '@cloze/datasets';
import { type FigureOverSeeds, figureOverSeeds, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { LoadedModel } from '../model/loaded-model.ts';
import { score } from '../score/score.ts';

/** Characters below which a corpus is small. */
const smallCorpus = 2_000_000;

/** Every so manieth document is held out where no held-out text is given: the 10th of a small corpus, the 50th of a larger one. @param size bytes or characters */
export const heldOutEvery = (size: number): number => (size < smallCorpus ? 10 : 50);

/** The held-out texts, cut. @param rows pieces at most, 0 takes none @param length tokens of a piece at most */
export async function heldOutPieces(
  texts: AsyncIterable<string>,
  { rows, length }: { readonly rows: number; readonly length: number },
): Promise<readonly string[]> {
  const pieces: string[] = [];
  if (rows === 0) return pieces;
  for await (const text of texts) {
    for (const piece of chunkText(text, length - 2)) if (piece.trim() !== '') pieces.push(piece);
    if (pieces.length >= rows) break;
  }
  return pieces.slice(0, rows);
}

/** Pseudo-perplexity of held-out pieces, `exp(−Σ ln p / tokens)`, with its interval over them; `n` is 0 where nothing was scored. */
export async function heldOutPerplexity(model: LoadedModel, pieces: readonly string[]): Promise<FigureOverSeeds> {
  const unknown: FigureOverSeeds = {
    ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
    seedsCovered: false,
  };
  const scores = pieces.length === 0 ? [] : (await score(model, pieces)).filter(({ count }) => count > 0);
  if (scores.length === 0) return unknown;
  const logProbabilities = scores.map(({ tokens }) => tokens.flatMap(([, value]) => (value === null ? [] : [value])));
  return figureOverSeeds([logProbabilities], {
    statistic: (chosen) => perplexity([...chosen]),
    samples: 1000,
    random: streamFrom(1).fork('held out'),
  });
}
