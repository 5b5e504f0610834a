import { asStream, checkOptions, checkText } from '@cloze/checks';
import { type MinimalPair, minimalPairs } from '@cloze/eval';
import type { LoadedModel } from '../model/loaded-model.ts';
import {
  type LineOfText,
  type ScorableText,
  type ScoreTextsOptions,
  scoreRules,
  scoreTexts,
  type TextScore,
} from './score-texts.ts';

/** A pair and its scores. */
export interface ScoredPair extends MinimalPair {
  readonly line: number;
  readonly texts: readonly [good: string, bad: string];
  readonly right: boolean;
  /** Tokens of both sides that are longer than the model reads and left out. */
  readonly cut: number;
}

/** @throws {Error} where nothing of a side was scored: a sum over nothing, 0, is the best score there is */
function checkScored({ item, count, cut }: TextScore<ScorableText>): void {
  if (count === 0)
    throw new Error(
      `line ${item.line}: ${JSON.stringify(item.text)} has no token to score${cut > 0 ? ' of those that the model reads' : ''}; leave the line out.`,
    );
}

/**
 * Scores minimal pairs, one a line: the good sentence, the bad one and, if wanted, the phenomenon, apart by tabs.
 *
 * @param each told each pair as it is scored
 * @returns accuracy over pairs and groups; `truncated` of the pairs are longer than the model reads, by `cut` tokens, and judged by what it reads
 * @throws {Error} for a line of another form, or one with a side without tokens, naming it
 */
export async function scorePairs(
  model: LoadedModel,
  lines: AsyncIterable<LineOfText>,
  options: ScoreTextsOptions,
  each: (pair: ScoredPair) => void,
): Promise<
  Omit<ReturnType<typeof minimalPairs>, 'right'> & {
    readonly pairs: number;
    readonly truncated: number;
    readonly cut: number;
  }
> {
  checkOptions('scorePairs', options, scoreRules);
  type Side = ScorableText & { readonly group?: string };
  async function* sides(): AsyncGenerator<Side> {
    for await (const one of asStream('scorePairs', lines)) {
      checkText(`scorePairs: the text of line ${one?.line}`, one?.text);
      const { line, text } = one;
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
  let [truncated, allCut] = [0, 0];
  for await (const score of scoreTexts(model, sides(), options)) {
    checkScored(score);
    if (!good) {
      good = score;
      continue;
    }
    const { item } = good;
    const pair = { good: good.score, bad: score.score, ...(item.group && { group: item.group }) };
    pairs.push(pair);
    const cut = good.cut + score.cut;
    if (cut > 0) truncated++;
    allCut += cut;
    each({ ...pair, line: item.line, texts: [item.text, score.item.text], right: pair.good > pair.bad, cut });
    good = undefined;
  }
  const { right: _, ...figures } = minimalPairs(pairs);
  return { pairs: pairs.length, ...figures, truncated, cut: allCut };
}
