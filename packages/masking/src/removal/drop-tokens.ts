import { anything, callable, checkOptions, needed, oneOf, real, whole } from '@cloze/checks';
import type { MaskableBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { type Rounding, tokenBudget } from '../budget.ts';
import { gatherKept, type KeptBatch, type KeptPadding } from './gather-kept.ts';

/**
 * DropToken: rows lose a share of their tokens, the others keep position and segment embeddings (a regulariser for fine-tuning).
 *
 * [CLS], [SEP] and pads are never dropped, and at least one token stays. Its article gives neither the count rule nor what may be
 * dropped: both are arguments. Rows are padded anew, to the longest or the next of `buckets`; it is faster only where that one became shorter.
 *
 * @param options.rate share of maskable tokens to drop, default 0.1 (best at 0.1 to 0.15)
 * @param options.selection `exact`: ⌊rate·n⌋ tokens a row, or another rounding; `bernoulli`: each token on its own. Default `exact`
 * @throws {RangeError} for a rate outside [0, 1], or buckets that do not hold the rows
 */
export function dropTokens(
  batch: MaskableBatch,
  options: KeptPadding & {
    readonly rate?: number;
    readonly selection?: 'exact' | 'bernoulli';
    readonly rounding?: Rounding;
    readonly randomOf: (row: number) => RandomStream;
  },
): KeptBatch {
  checkOptions('dropTokens', options, {
    padId: needed(whole(0)),
    buckets: anything,
    rate: real({ from: 0, to: 1 }),
    selection: oneOf(['exact', 'bernoulli']),
    rounding: anything,
    randomOf: needed(callable),
  });
  const { rate = 0.1, selection = 'exact', rounding = 'floor', padId, buckets, randomOf } = options;

  checkBatch('dropTokens', batch);
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`dropTokens: rate must be in [0, 1], got ${rate}.`);
  const [rows, length] = batch.shape;
  const keep = batch.attend.slice();
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    let left = 0;
    for (let place = row * length; place < (row + 1) * length; place++) left += batch.maskable[place] ? 1 : 0;
    const limit = Math.max(0, left - 1);
    let wanted = tokenBudget(left, { rate, rounding, atLeastOne: false, limit, random });
    let most = limit;
    for (let place = row * length; place < (row + 1) * length && most > 0; place++) {
      if (!batch.maskable[place]) continue;
      const drawn = random.next();
      if (selection === 'exact' ? drawn * left < wanted : drawn < rate) {
        wanted--;
        most--;
        keep[place] = 0;
      }
      left--;
    }
  }
  return gatherKept(batch, keep, { padId, buckets });
}
