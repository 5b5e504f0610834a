import type { FigureOverSeeds } from '@cloze/eval';
import type { Answered, QuickStartResult } from './pipeline.ts';
import { answerOf } from './riddles.ts';

/** A figure with its interval. */
export const bounded = ({ value, low, high }: FigureOverSeeds, scale = 1): string =>
  `${(scale * value).toFixed(1)} (${(scale * low).toFixed(1)} to ${(scale * high).toFixed(1)})`;

/** Column names of the table of models. */
export const modelHeader: readonly string[] = ['model', 'perplexity held out (95 %)', 'sees'];

/** A row a model. */
export const modelRows = ({ models }: QuickStartResult): string[][] =>
  models.map(({ name, sees, perplexity }) => [name, bounded(perplexity), sees]);

/** The row with a gap. */
export const withGap = ({ verse, place }: Answered): string => `${verse.slice(0, place)}▢${verse.slice(place + 1)}`;

/** A riddle, its answer and the guesses. */
export const riddleLine = (answered: Answered): string =>
  `${answered.isHit ? '✓' : ' '} ${withGap(answered)} ${answerOf(answered)}: ${answered.guesses.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(0)}%`).join('  ')}`;

/** What came out, in sentences. */
export function verdicts({ models, riddles, accuracy, testRows, heldOutRows }: QuickStartResult): string[] {
  const encoder = models.at(-1)?.perplexity.value ?? Number.NaN;
  const better = models.slice(0, -1).filter(({ perplexity }) => perplexity.value > encoder);
  return [
    `On ${heldOutRows} rows by authors never seen, the encoder is better than ${better.length} of ${models.length - 1} models that count the same text.`,
    `${riddles.filter(({ isHit }) => isHit).length} of ${riddles.length} gaps have the poet's character among the first three guesses.`,
    `Tang or Song, ${testRows} rows by authors never seen: ${bounded(accuracy, 100)} % right; guessing gives 50.`,
  ];
}
