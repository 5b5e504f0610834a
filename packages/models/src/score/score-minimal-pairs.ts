import { asStream, checkOptions, checkText, either, oneOf, real } from '@cloze/checks';
import { type MinimalPair, minimalPairs } from '@cloze/eval';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ScorableText, type ScoreTextsOptions, scoreRules, scoreTexts, type TextScore } from './score-texts.ts';

/** Two sentences that differ in one point. */
export interface PairOfTexts {
  readonly good: string;
  readonly bad: string;
  /** The phenomenon it tests. */
  readonly group?: string;
  readonly paradigm?: string;
  /** Where it comes from, for messages. */
  readonly line: number;
  readonly file?: string;
}

/** How pairs are scored. */
export interface ScorePairsOptions extends ScoreTextsOptions {
  /**
   * What the sum `Σ ln p` of a side of n scored tokens is divided by, so that the longer side does not lose for its length: `none`, the default (BLiMP); `length`,
   * n (ZhoBLiMP's MeanLP); a number α from 0 to 1, `n^α` (ZhoBLiMP's SLLN-LP where 0 < α < 1; Liu et al. 2024).
   */
  readonly normalise?: 'none' | 'length' | number;
}

/** A pair and its scores. */
export interface ScoredPair extends MinimalPair {
  readonly line: number;
  readonly file?: string;
  readonly texts: readonly [good: string, bad: string];
  /** Scored tokens of each side. */
  readonly tokens: readonly [good: number, bad: number];
  /** Whether the good sentence scores higher; not so for a tie, where `good` equals `bad`. */
  readonly right: boolean;
  /** Tokens of both sides that are longer than the model reads and left out. */
  readonly cut: number;
}

/** What the options of pairs must be. */
export const scorePairsRules = {
  ...scoreRules,
  normalise: either(oneOf(['none', 'length']), real({ from: 0, to: 1 })),
};

type Side = ScorableText & { readonly pair: PairOfTexts };

const placeOf = ({ file, line }: PairOfTexts) => `${file === undefined ? '' : `${file}: `}line ${line}`;

/** @throws {Error} where nothing of a side was scored: a sum over nothing, 0, is the best score there is */
function checkScored({ item, count, cut }: TextScore<Side>): void {
  if (count === 0)
    throw new Error(
      `${placeOf(item.pair)}: ${JSON.stringify(item.text)} has no token to score${cut > 0 ? ' of those that the model reads' : ''}; leave the line out.`,
    );
}

/** Whether a model reads the same of both sides: rounding then decides nothing. */
const sameTokens = (a: TextScore<Side>, b: TextScore<Side>) =>
  a.tokens.length === b.tokens.length && a.tokens.every(([token], i) => token === b.tokens[i]?.[0]);

/**
 * Scores minimal pairs: of each side `Σ ln p` of its tokens, divided by `n^α` where lengths are to be normalised; the higher one wins.
 *
 * Sides that are the same tokens to the model (both unknown to it, say) score equal.
 *
 * @param each told each pair as it is scored
 * @returns accuracy over pairs, groups and paradigms, ties counted half; `truncated` of the pairs are longer than the model reads, by `cut` tokens, and
 *   judged by what it reads
 * @throws {RangeError} for an option there is not {Error} for a side without tokens, naming its place
 */
export async function scoreMinimalPairs(
  model: LoadedModel,
  pairs: Iterable<PairOfTexts> | AsyncIterable<PairOfTexts>,
  options: ScorePairsOptions,
  each: (pair: ScoredPair) => void,
): Promise<
  Omit<ReturnType<typeof minimalPairs>, 'right' | 'worth'> & { readonly truncated: number; readonly cut: number }
> {
  checkOptions('scoreMinimalPairs', options, scorePairsRules);
  const { normalise = 'none', ...scoring } = options;
  const power = normalise === 'none' ? 0 : normalise === 'length' ? 1 : normalise;
  async function* sides(): AsyncGenerator<Side> {
    let number = 0;
    for await (const pair of asStream('scoreMinimalPairs', pairs)) {
      for (const side of ['good', 'bad'] as const)
        checkText(`scoreMinimalPairs: the ${side} text of pair ${number}`, pair?.[side]);
      number++;
      const { line, good, bad } = pair;
      yield { text: good, line, pair };
      yield { text: bad, line, pair };
    }
  }
  const scored: MinimalPair[] = [];
  let first: TextScore<Side> | undefined;
  let [truncated, allCut] = [0, 0];
  for await (const second of scoreTexts(model, sides(), scoring)) {
    checkScored(second);
    if (!first) {
      first = second;
      continue;
    }
    const { group, paradigm, line, file } = first.item.pair;
    const good = first.score / first.count ** power;
    const bad = sameTokens(first, second) ? good : second.score / second.count ** power;
    const pair = { good, bad, ...(group !== undefined && { group }), ...(paradigm !== undefined && { paradigm }) };
    scored.push(pair);
    const cut = first.cut + second.cut;
    if (cut > 0) truncated++;
    allCut += cut;
    each({
      ...pair,
      line,
      ...(file !== undefined && { file }),
      texts: [first.item.text, second.item.text],
      tokens: [first.count, second.count],
      right: good > bad,
      cut,
    });
    first = undefined;
  }
  const { right: _, worth: __, ...figures } = minimalPairs(scored);
  return { ...figures, truncated, cut: allCut };
}
