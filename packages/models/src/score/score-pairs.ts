import { asStream, checkOptions, checkText } from '@cloze/checks';
import type { LoadedModel } from '../model/loaded-model.ts';
import {
  type PairOfTexts,
  type ScoredPair,
  type ScorePairsOptions,
  scoreMinimalPairs,
  scorePairsRules,
} from './score-minimal-pairs.ts';
import type { LineOfText } from './score-texts.ts';

/**
 * Scores minimal pairs, one a line: the good sentence, the bad one and, if wanted, the phenomenon, apart by tabs.
 *
 * @param each told each pair as it is scored
 * @returns as `scoreMinimalPairs`
 * @throws {Error} for a line of another form, or one with a side without tokens, naming it
 */
export async function scorePairs(
  model: LoadedModel,
  lines: AsyncIterable<LineOfText>,
  options: ScorePairsOptions,
  each: (pair: ScoredPair) => void,
): ReturnType<typeof scoreMinimalPairs> {
  checkOptions('scorePairs', options, scorePairsRules);
  async function* pairs(): AsyncGenerator<PairOfTexts> {
    for await (const one of asStream('scorePairs', lines)) {
      checkText(`scorePairs: the text of line ${one?.line}`, one?.text);
      const { line, text } = one;
      const [good, bad, group, ...more] = text.split('\t');
      if (!good || !bad || more.length > 0)
        throw new Error(
          `line ${line}: expected a good and a bad sentence and at most a group, apart by tabs; got '${text}'.`,
        );
      yield { good, bad, line, ...(group && { group }) };
    }
  }
  return scoreMinimalPairs(model, pairs(), options, each);
}
