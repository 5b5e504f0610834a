import { reshape, type Tensor } from '@cloze/backend';
import { anything, checkOptions, oneOf, real } from '@cloze/checks';
import { type ClassifyOptions, classify } from './classify.ts';

/** One logit a candidate, `[batch · choices, 1]`, as `[batch, choices]`. @throws {RangeError} where the rows are no multiple of the choices */
export function sideBySide(logits: Tensor, choices: number): Tensor {
  const [rows] = logits.shape as [number, number];
  if (rows % choices !== 0) throw new RangeError(`choose: ${rows} rows are no multiple of ${choices} choices.`);
  return reshape(logits, [-1, choices]);
}

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
  checkOptions('choose', options, {
    pooling: oneOf(['first', 'pooler', 'mean']),
    pooler: anything,
    poolerActivation: anything,
    dropout: real({ from: 0, below: 1 }),
    key: anything,
  });

  return sideBySide(classify(classifier, hidden, attend, options), choices);
}
