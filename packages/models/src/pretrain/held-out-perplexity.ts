import { chunkText } from '@cloze/datasets';
import { type FigureOverSeeds, figureOverSeeds, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ScoredText, score } from '../score/score.ts';

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

/** How held-out text surprises a model. */
export interface HeldOutFigures {
  /** `exp(−Σ ln p / tokens)` of all pieces, with its interval over them; `n` is 0 where nothing was scored. */
  readonly pseudoPerplexity: FigureOverSeeds;
  /** What each piece of the held-out text was given. */
  readonly pieces: readonly ScoredText[];
}

/** Scores held-out pieces, every token asked by itself. */
export async function heldOutFigures(model: LoadedModel, pieces: readonly string[]): Promise<HeldOutFigures> {
  const unknown: FigureOverSeeds = {
    ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
    seedsCovered: false,
  };
  const scored = pieces.length === 0 ? [] : await score(model, pieces);
  const logProbabilities = scored
    .filter(({ count }) => count > 0)
    .map(({ tokens }) => tokens.flatMap(([, value]) => (value === null ? [] : [value])));
  if (logProbabilities.length === 0) return { pseudoPerplexity: unknown, pieces: scored };
  const pseudoPerplexity = figureOverSeeds([logProbabilities], {
    statistic: (chosen) => perplexity([...chosen]),
    samples: 1000,
    random: streamFrom(1).fork('held out'),
  });
  return { pseudoPerplexity, pieces: scored };
}
