import { reshape, type Tensor } from '@cloze/backend';
import { type ClassifyOptions, classify } from './classify.ts';

/**
 * Multiple choice: one logit for each candidate row, laid side by side.
 *
 * @param classifier kernel `[width, 1]` @param hidden `[batch · choices, length, width]`, a question's candidates in a run
 * @returns `[batch, choices]`
 */
export function choose(
  classifier: Parameters<typeof classify>[0],
  hidden: Tensor,
  attend: Tensor,
  choices: number,
  options: ClassifyOptions = {},
): Tensor {
  if ((hidden.shape[0] as number) % choices !== 0)
    throw new RangeError(`choose: ${hidden.shape[0]} rows are no multiple of ${choices} choices.`);
  return reshape(classify(classifier, hidden, attend, options), [-1, choices]);
}
