/** Share of predictions equal to their label. @throws {RangeError} for lists of different or zero length */
export function accuracy(predictions: ArrayLike<number | string>, labels: ArrayLike<number | string>): number {
  if (predictions.length !== labels.length || labels.length === 0) {
    throw new RangeError(
      `accuracy: expected equally many predictions and labels, at least one; got ${predictions.length} and ${labels.length}.`,
    );
  }
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return right / labels.length;
}
