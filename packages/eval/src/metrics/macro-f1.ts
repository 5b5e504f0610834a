/**
 * Mean over classes of `F1 = 2·TP / (2·TP + FP + FN)`; a class with neither label nor prediction counts as 0, as in scikit-learn.
 *
 * @param classes all class names, default those that occur
 * @throws {RangeError} for lists of different or zero length
 */
export function macroF1<C extends number | string>(
  predictions: readonly C[],
  labels: readonly C[],
  classes: readonly C[] = [...new Set([...labels, ...predictions])],
): number {
  if (predictions.length !== labels.length || labels.length === 0) {
    throw new RangeError(
      `macroF1: expected equally many predictions and labels, at least one; got ${predictions.length} and ${labels.length}.`,
    );
  }
  const scores = classes.map((name) => {
    let [hit, said, meant] = [0, 0, 0];
    for (const [i, label] of labels.entries()) {
      if (predictions[i] === name) said++;
      if (label === name) meant++;
      if (label === name && predictions[i] === name) hit++;
    }
    return said + meant === 0 ? 0 : (2 * hit) / (said + meant);
  });
  return scores.reduce((a, b) => a + b, 0) / scores.length;
}
