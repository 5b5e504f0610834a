import { anything, callable, checkOptions, needed, real } from '@cloze/checks';
import type { MaskableBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { type Rounding, tokenBudget } from '../budget.ts';

/**
 * The static split of the comments on T-TA: a share of each row's positions, drawn once, is all that training may ever choose; the
 * other positions are for evaluation.
 *
 * Give each example a stream that does not know the epoch, and the split never moves; a mask inside it may still be drawn anew.
 * With `rate: 1` inside the training part, exactly its tokens are predicted.
 *
 * @param options.rate share of maskable tokens in the training part, default 0.15
 * @returns two batches over the same tokens whose `maskable` never overlap and together are the whole
 * @throws {RangeError} for a rate outside [0, 1]
 */
export function splitMaskable(
  batch: MaskableBatch,
  options: { readonly rate?: number; readonly rounding?: Rounding; readonly randomOf: (row: number) => RandomStream },
): { readonly training: MaskableBatch; readonly evaluation: MaskableBatch } {
  checkOptions('splitMaskable', options, {
    rate: real({ from: 0, to: 1 }),
    rounding: anything,
    randomOf: needed(callable),
  });
  const { rate = 0.15, rounding = 'stochastic', randomOf } = options;

  checkBatch('splitMaskable', batch);
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`splitMaskable: rate must be in [0, 1], got ${rate}.`);
  const [rows, length] = batch.shape;
  const training = new Uint8Array(rows * length);
  const evaluation = batch.maskable.slice();
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    let left = 0;
    for (let place = row * length; place < (row + 1) * length; place++) left += batch.maskable[place] ? 1 : 0;
    let wanted = tokenBudget(left, { rate, rounding, atLeastOne: true, limit: left, random });
    for (let place = row * length; place < (row + 1) * length; place++) {
      if (!batch.maskable[place]) continue;
      if (random.next() * left < wanted) {
        wanted--;
        training[place] = 1;
        evaluation[place] = 0;
      }
      left--;
    }
  }
  return { training: { ...batch, maskable: training }, evaluation: { ...batch, maskable: evaluation } };
}
