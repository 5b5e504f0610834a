import { statSync } from 'node:fs';
import { chunkText } from '@cloze/datasets';
import { expandPaths, heldOutTexts, streamTexts } from '@cloze/datasets/node';
import { type FigureOverSeeds, figureOverSeeds, perplexity } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { LoadedModel } from '../model/loaded-model.ts';
import { score } from '../score/score.ts';

/** Bytes below which a corpus is small. */
const smallCorpus = 2_000_000;

/** Every so manieth document is held out where no held-out text is given: the 10th of a small corpus, the 50th of a larger one. */
export function heldOutEvery(paths: string | readonly string[]): number {
  const bytes = expandPaths(paths).reduce((sum, path) => sum + statSync(path).size, 0);
  return bytes < smallCorpus ? 10 : 50;
}

/** Looks whether there is text to learn from and held-out text, before anything is made or trained. @throws {RangeError} for files without any */
export async function checkHaveText(
  corpus: string | readonly string[],
  heldOut: string | readonly string[] | undefined,
  options: { readonly column?: string },
): Promise<void> {
  const hasText = async (paths: string | readonly string[]) => {
    for await (const text of streamTexts(paths, options)) if (text.trim() !== '') return true;
    return false;
  };
  if (!(await hasText(corpus)))
    throw new RangeError(`pretrain: ${[corpus].flat().join(', ')} has no text to learn from; give another file.`);
  if (heldOut !== undefined && !(await hasText(heldOut)))
    throw new RangeError(
      `pretrain: ${[heldOut].flat().join(', ')} has no text to judge by; give another file, or leave heldOut out to keep documents of the corpus aside.`,
    );
}

/**
 * Pseudo-perplexity of held-out pieces, `exp(−Σ ln p / tokens)`, with its interval over them; `n` is 0 where nothing was scored.
 *
 * @param rows pieces at most, 0 scores none @param length tokens of a piece
 */
export async function heldOutPerplexity(
  model: LoadedModel,
  {
    paths,
    column,
    heldOut,
    rows,
    length,
  }: {
    readonly paths: string | readonly string[];
    readonly column: string | undefined;
    readonly heldOut: string | readonly string[] | undefined;
    readonly rows: number;
    readonly length: number;
  },
): Promise<FigureOverSeeds> {
  const unknown: FigureOverSeeds = {
    ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
    seedsCovered: false,
  };
  if (rows === 0) return unknown;
  const options = column === undefined ? {} : { column };
  const texts =
    heldOut === undefined
      ? heldOutTexts(paths, { ...options, every: heldOutEvery(paths) })
      : streamTexts(heldOut, options);
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
