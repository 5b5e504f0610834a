import { callable, checkOptions, listOf, needed, real, whole } from '@cloze/checks';
import type { MaskableBatch, MaskedBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { tokenBudget } from '../budget.ts';
import { gatherTargets } from '../targets/gather-targets.ts';
import { gatherKept, type KeptBatch, type KeptPadding } from './gather-kept.ts';

/** What MAE's encoder sees, and what its decoder predicts. */
export interface RemovedBatch {
  /** The kept tokens, special tokens among them. */
  readonly kept: KeptBatch;
  /** The original rows with the removed tokens as targets; `ids` must not enter the encoder. */
  readonly targets: MaskedBatch;
}

/**
 * MAE's removal (He et al. 2022): a share of each row's maskable tokens is taken out, the rest is encoded at its own positions.
 *
 * `n − round(rate·n)` maskable tokens stay, counted in integers: the reference's `int(n·(1 − rate))` keeps 0 of 10 at 0.9. Special
 * tokens stay, and at least one maskable token does.
 *
 * @param options.rate share to remove, default 0.75 @param options.padId id of pads in the shortened rows
 * @throws {RangeError} naming every option that is unknown, missing or out of its range, or buckets that do not hold the kept rows
 */
export function removeTokens(
  batch: MaskableBatch,
  options: KeptPadding & {
    readonly rate?: number;
    readonly slots?: number | undefined;
    readonly randomOf: (row: number) => RandomStream;
  },
): RemovedBatch {
  checkOptions('removeTokens', options, {
    rate: real({ from: 0, to: 1 }),
    padId: needed(whole(0)),
    buckets: listOf(whole(1), 1),
    slots: whole(1),
    randomOf: needed(callable),
  });
  const { rate = 0.75, padId, buckets, slots, randomOf } = options;
  checkBatch('removeTokens', batch);
  const [rows, length] = batch.shape;
  const keep = batch.attend.slice();
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    let left = 0;
    for (let place = row * length; place < (row + 1) * length; place++) left += batch.maskable[place] ? 1 : 0;
    let wanted = tokenBudget(left, {
      rate,
      rounding: 'halfUp',
      atLeastOne: false,
      limit: Math.max(0, left - 1),
      random,
    });
    for (let place = row * length; place < (row + 1) * length && wanted > 0; place++) {
      if (!batch.maskable[place]) continue;
      if (random.next() * left < wanted) {
        wanted--;
        keep[place] = 0;
      }
      left--;
    }
  }
  const removed = (place: number) => (batch.attend[place] && !keep[place] ? (batch.ids[place] as number) : -1);
  return { kept: gatherKept(batch, keep, { padId, buckets }), targets: gatherTargets(batch, removed, slots) };
}
