import { anything, callable, checkList, checkOptions, needed, oneOf } from '@cloze/checks';
import { type Hypothesis, type RerankOptions, rerank } from './rerank.ts';

/**
 * The weight with the least loss on development lists; the smallest of equals. Report the loss on other lists than these.
 *
 * @param lists n-best lists @param options.loss of the hypotheses chosen, one a list: word error rate, say
 * @param options.weights those to try, default 0, 0.05, … 1
 * @throws {TypeError} for what is no list of lists @throws {RangeError} for no list, no weight, or what `rerank` refuses
 * @returns the best weight and the loss of each
 */
export function tuneRerankWeight<H extends Hypothesis>(
  lists: readonly (readonly H[])[],
  options: {
    readonly loss: (chosen: readonly H[]) => number;
    readonly weights?: readonly number[];
    readonly normalise?: RerankOptions['normalise'];
  },
): { readonly weight: number; readonly loss: number; readonly tried: readonly { weight: number; loss: number }[] } {
  checkOptions('tuneRerankWeight', options, {
    loss: needed(callable),
    weights: anything,
    normalise: oneOf(['none', 'length']),
  });
  const { loss, weights = Array.from({ length: 21 }, (_, i) => i / 20), normalise = 'none' } = options;

  checkList('tuneRerankWeight', lists);
  if (lists.length === 0 || weights.length === 0)
    throw new RangeError(
      `tuneRerankWeight: expected lists and weights to try, got ${lists.length} lists and ${weights.length} weights.`,
    );
  const tried = weights.map((weight) => ({
    weight,
    loss: loss(lists.map((list) => rerank(list, { weight, normalise })[0]?.hypothesis as H)),
  }));
  return { ...tried.reduce((best, next) => (next.loss < best.loss ? next : best)), tried };
}
