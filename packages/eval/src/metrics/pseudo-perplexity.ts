import { checkList, checkOptions, checkRows, checkValues, oneOf } from '@cloze/checks';
import { perplexity } from './perplexity.ts';

/** One sentence's `ln p(token | the others)`, natural logarithm. */
export interface ScoredTokens {
  /** null where a token was not scored. */
  readonly logProbabilities: readonly (number | null)[];
  /** 1 for boundary tokens such as [CLS] and [SEP]. */
  readonly special: ArrayLike<number>;
}

/**
 * Pseudo-perplexity of a corpus: `exp(−Σ ln p(token | the others) / n)` (Salazar et al. 2020).
 *
 * @param options.average `micro`, the default, weighs tokens equally; `macro` sentences
 * @param options.boundaryTokens `exclude`, the default (mlm-scoring's convention), or `include` ([SOS] and [EOS] are targets in T-TA's reference loss)
 * @throws {TypeError} for what are no scored sentences @throws {RangeError} when there is no token, when lists differ in length, or when `include` meets a boundary token that was not scored
 */
export function pseudoPerplexity(
  sentences: readonly ScoredTokens[],
  options: { readonly average?: 'micro' | 'macro'; readonly boundaryTokens?: 'exclude' | 'include' } = {},
): number {
  checkOptions('pseudoPerplexity', options, {
    average: oneOf(['micro', 'macro']),
    boundaryTokens: oneOf(['exclude', 'include']),
  });
  const { average = 'micro', boundaryTokens = 'exclude' } = options;
  checkList('pseudoPerplexity', sentences);
  checkRows('pseudoPerplexity: sentence', sentences);
  return perplexity(
    sentences.map(({ logProbabilities, special }, sentence) => {
      checkValues('pseudoPerplexity', `logProbabilities of sentence ${sentence}`, logProbabilities);
      checkValues('pseudoPerplexity', `special of sentence ${sentence}`, special);
      if (logProbabilities.length !== special.length)
        throw new RangeError(
          `pseudoPerplexity: sentence ${sentence} has ${logProbabilities.length} log-probabilities and ${special.length} marks of special tokens.`,
        );
      return logProbabilities.flatMap((value, place) => {
        if (special[place] && boundaryTokens === 'exclude') return [];
        if (special[place] && value === null)
          throw new RangeError(
            `pseudoPerplexity: boundaryTokens is 'include', but token ${place} of sentence ${sentence} was not scored; score boundary tokens or exclude them.`,
          );
        return value === null ? [] : [value];
      });
    }),
    average,
  );
}
