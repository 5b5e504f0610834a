import { type MinimalPair, minimalPairs } from '@cloze/eval';
import type { LoadedModel } from '../model/loaded-model.ts';
import {
  type LineOfText,
  type ScorableText,
  type ScoreTextsOptions,
  scoreTexts,
  type TextScore,
} from './score-texts.ts';

/** A pair and its scores. */
export interface ScoredPair extends MinimalPair {
  readonly line: number;
  readonly texts: readonly [good: string, bad: string];
  readonly right: boolean;
}

/**
 * Scores minimal pairs, one a line: the good sentence, the bad one and, if wanted, the phenomenon, apart by tabs.
 *
 * @param each told each pair as it is scored @returns accuracy over pairs and groups
 * @throws {Error} for a line of another form, naming it
 */
export async function scorePairs(
  model: LoadedModel,
  lines: AsyncIterable<LineOfText>,
  options: ScoreTextsOptions,
  each: (pair: ScoredPair) => void,
): Promise<Omit<ReturnType<typeof minimalPairs>, 'right'> & { readonly pairs: number }> {
  type Side = ScorableText & { readonly group?: string };
  async function* sides(): AsyncGenerator<Side> {
    for await (const { line, text } of lines) {
      const [good, bad, group, ...more] = text.split('\t');
      if (!good || !bad || more.length > 0)
        throw new Error(
          `line ${line}: expected a good and a bad sentence and at most a group, apart by tabs; got '${text}'.`,
        );
      yield { text: good, line, ...(group && { group }) };
      yield { text: bad, line };
    }
  }
  const pairs: MinimalPair[] = [];
  let good: TextScore<Side> | undefined;
  for await (const score of scoreTexts(model, sides(), options)) {
    if (!good) {
      good = score;
      continue;
    }
    const { item } = good;
    const pair = { good: good.score, bad: score.score, ...(item.group && { group: item.group }) };
    pairs.push(pair);
    each({ ...pair, line: item.line, texts: [item.text, score.item.text], right: pair.good > pair.bad });
    good = undefined;
  }
  const { right: _, ...figures } = minimalPairs(pairs);
  return { pairs: pairs.length, ...figures };
}
