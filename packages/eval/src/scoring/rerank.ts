import { checkList, checkOptions, checkRows, needed, oneOf, real } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';

/** One hypothesis of an n-best list. */
export interface Hypothesis {
  /** The first system's score, a log-probability: acoustic, say. */
  readonly score: number;
  /** The language model's, such as a pseudo-log-likelihood. */
  readonly logProbability: number;
  /** Tokens, to divide by with `normalise: 'length'`. */
  readonly tokens?: number;
}

/** How the two scores are put together. */
export interface RerankOptions {
  /** λ of `(1 − λ) · score + λ · logProbability` (mlm-scoring's convention), 0 to 1. */
  readonly weight: number;
  /** `length` divides the language model's score by the number of tokens; default `none`. */
  readonly normalise?: 'none' | 'length';
}

/**
 * An n-best list, best first by `(1 − λ) · score + λ · logProbability`; equal ones keep their order.
 *
 * @throws {TypeError} for what is no list of hypotheses
 * @throws {RangeError} for an empty list, a hypothesis of 0 tokens, whose sum over nothing would win, a weight outside 0 to 1, scores that are not finite, or `length` without tokens
 */
export function rerank<H extends Hypothesis>(
  hypotheses: readonly H[],
  options: RerankOptions,
): { readonly hypothesis: H; readonly combined: number }[] {
  checkOptions('rerank', options, { weight: needed(real()), normalise: oneOf(['none', 'length']) });
  const { weight, normalise = 'none' } = options;

  checkList('rerank', hypotheses);
  checkRows('rerank: hypothesis', hypotheses);
  if (hypotheses.length === 0) throw new RangeError('rerank: expected at least one hypothesis, got none.');
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`rerank: weight must lie between 0 and 1; got ${weight}.`);
  const nothing = hypotheses.findIndex(({ tokens }) => tokens === 0);
  if (nothing >= 0)
    throw new RangeError(`rerank: hypotheses[${nothing}] has 0 tokens: its score is a sum over nothing; leave it out.`);
  const lengths = hypotheses.map(({ tokens }, i) => {
    if (normalise === 'none') return 1;
    if (!(tokens !== undefined && tokens > 0))
      throw new RangeError(`rerank: normalise is 'length', but hypotheses[${i}].tokens is ${tokens}.`);
    return tokens;
  });
  const combined = hypotheses.map(
    ({ score, logProbability }, i) => (1 - weight) * score + (weight * logProbability) / (lengths[i] as number),
  );
  allFinite('rerank', 'combined scores', combined);
  return hypotheses
    .map((hypothesis, i) => ({ hypothesis, combined: combined[i] as number }))
    .sort((a, b) => b.combined - a.combined);
}
