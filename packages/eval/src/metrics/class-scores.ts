import { sameKind } from '../checks/same-kind.ts';
import { sameLength } from '../checks/same-length.ts';

/** How one class fared. Ratios are 0 to 1; a ratio with nothing to count is 0, as in scikit-learn. */
export interface ClassScore<C> {
  readonly name: C;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Labels of this class. */
  readonly support: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/**
 * Precision, recall and `F1 = 2·TP / (2·TP + FP + FN)` of each class.
 *
 * @param named which classes, in which order; default those that occur, labels first. Naming fewer leaves the others out
 * @throws {TypeError} for strings beside numbers, or what is neither
 * @throws {RangeError} for lists of different or zero length, no class, or a class named twice
 */
export function classScores<C extends number | string>(
  predictions: ArrayLike<C>,
  labels: ArrayLike<C>,
  named?: readonly C[],
): ClassScore<C>[] {
  sameLength('classScores', ['predictions', predictions], ['labels', labels]);
  const classes = named ?? [...new Set([...Array.from(labels), ...Array.from(predictions)])];
  sameKind('classScores', ['predictions', predictions], ['labels', labels], ['classes', classes]);
  if (classes.length === 0) throw new RangeError('classScores: classes is empty; name at least one.');
  if (new Set(classes).size !== classes.length)
    throw new RangeError(`classScores: classes names one twice: ${classes.join(', ')}.`);
  const [hit, said, meant] = [new Map<C, number>(), new Map<C, number>(), new Map<C, number>()];
  const count = (map: Map<C, number>, name: C) => map.set(name, (map.get(name) ?? 0) + 1);
  for (let i = 0; i < labels.length; i++) {
    const [prediction, label] = [predictions[i] as C, labels[i] as C];
    count(said, prediction);
    count(meant, label);
    if (prediction === label) count(hit, label);
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return classes.map((name) => {
    const [right, predicted, support] = [hit.get(name) ?? 0, said.get(name) ?? 0, meant.get(name) ?? 0];
    return {
      name,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, predicted + support),
      support,
      truePositives: right,
      falsePositives: predicted - right,
      falseNegatives: support - right,
    };
  });
}
