import { sameKind } from '../checks/same-kind.ts';
import { sameLength } from '../checks/same-length.ts';

/**
 * Share of predictions equal to their label, 0 to 1.
 *
 * @throws {TypeError} for strings beside numbers, or what is neither @throws {RangeError} for lists of different or zero length
 */
export function accuracy(predictions: ArrayLike<number | string>, labels: ArrayLike<number | string>): number {
  sameLength('accuracy', ['predictions', predictions], ['labels', labels]);
  sameKind('accuracy', ['predictions', predictions], ['labels', labels]);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return right / labels.length;
}
