import { checkList, checkValues } from '@cloze/checks';

/**
 * `exp(−Σ ln p / n)` over tokens: perplexity for a left-to-right model, pseudo-perplexity for one that sees both sides.
 *
 * `micro` weighs tokens equally (the corpus figure of Salazar et al. 2020), `macro` averages the sentences' `−Σ ln p / n` first.
 *
 * @param logProbabilities of each token of each sentence, natural logarithm; leave boundary tokens out to follow mlm-scoring
 * @throws {TypeError} for what is no list of lists @throws {RangeError} when there is no token, for what is no logarithm of a probability (above 0, NaN), or another average
 */
export function perplexity(
  logProbabilities: readonly (readonly number[])[],
  average: 'micro' | 'macro' = 'micro',
): number {
  if (average !== 'micro' && average !== 'macro')
    throw new RangeError(`perplexity: average must be micro or macro, got ${JSON.stringify(average)}.`);
  checkList('perplexity', logProbabilities);
  for (const [i, sentence] of logProbabilities.entries()) {
    checkValues('perplexity', `sentence ${i}`, sentence);
    for (const [j, value] of sentence.entries())
      if (!(value <= 0))
        throw new RangeError(
          `perplexity: token ${j} of sentence ${i} has ${value}, expected the logarithm of a probability, 0 at most.`,
        );
  }
  const sentences = logProbabilities.filter(({ length }) => length > 0);
  if (sentences.length === 0) throw new RangeError('perplexity: expected at least one token, got none.');
  const total = (sentence: readonly number[]) => sentence.reduce((a, b) => a + b, 0);
  if (average === 'macro')
    return Math.exp(
      -sentences.reduce((sum, sentence) => sum + total(sentence) / sentence.length, 0) / sentences.length,
    );
  return Math.exp(
    -sentences.reduce((sum, sentence) => sum + total(sentence), 0) / sentences.reduce((n, { length }) => n + length, 0),
  );
}
