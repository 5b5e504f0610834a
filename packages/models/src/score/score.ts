import { checkOptions, checkTexts, oneOf } from '@cloze/checks';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ScoreTextsOptions, scoreRules, scoreTexts } from './score-texts.ts';
import { type ScoringKindName, scoringKindFor, scoringKinds } from './scoring-kinds.ts';

/** How texts are scored. */
export interface ScoreOptions extends Omit<ScoreTextsOptions, 'kind'> {
  /** Default what suits the model: T-TA in one pass, a left-to-right model from the left, any other by masking each token. */
  readonly kind?: ScoringKindName;
}

/** The score of a text. */
export interface ScoredText {
  readonly text: string;
  /** `Σ ln p` over the scored tokens. */
  readonly logLikelihood: number;
  /** Scored tokens. */
  readonly count: number;
  /** `exp(−logLikelihood / count)`; null for a text without tokens. */
  readonly perplexity: number | null;
  /** Each token of the row with its `ln p`, null when not scored. */
  readonly tokens: readonly (readonly [token: string, logProbability: number | null])[];
  /** Whether the text is longer than the model reads, so that only its beginning is scored. */
  readonly truncated: boolean;
  /** Tokens that are left out of it. */
  readonly cut: number;
}

/**
 * Scores texts, in their order: the sum of `ln p` of each token given the others, or those before (Salazar et al. 2020).
 *
 * @throws {TypeError} naming what is no text {Error} for a model without head, or a kind by which it would see the answers
 */
export async function score(
  model: LoadedModel,
  texts: readonly string[],
  given: ScoreOptions = {},
): Promise<ScoredText[]> {
  checkOptions('score', given, { ...scoreRules, kind: oneOf(Object.keys(scoringKinds)) });
  const { kind, ...options } = given;

  checkTexts('score', texts);
  const items = texts.map((text, i) => ({ text, line: i + 1 }));
  const found: ScoredText[] = [];
  for await (const { item, score: logLikelihood, count, tokens, truncated, cut } of scoreTexts(model, items, {
    ...options,
    kind: scoringKindFor(model, kind),
  }))
    found.push({
      text: item.text,
      logLikelihood,
      count,
      perplexity: count > 0 ? Math.exp(-logLikelihood / count) : null,
      tokens,
      truncated,
      cut,
    });
  return found;
}
