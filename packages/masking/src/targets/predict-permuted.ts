import { callable, checkOptions, needed, real, whole } from '@cloze/checks';
import type { MaskableBatch, MaskedBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { gatherTargets } from './gather-targets.ts';

/** Targets with the order in which tokens are predicted. */
export interface PermutedBatch extends MaskedBatch {
  /** Rank of each position, `[batch, length]`: content sees ranks no higher, a query only lower ones. Pads have rank `length − 1`. */
  readonly order: Int32Array;
}

/**
 * Permutation language modelling (XLNet, Yang et al. 2019): tokens in a random order, the last `⌈n/part⌉` of them predicted.
 *
 * Special tokens come first, with rank 0, visible to all and never predicted. Inputs stay as they are.
 *
 * @param options.part K of the paper: one in K tokens is predicted, default 6; 1 predicts all
 * @throws {RangeError} for `part` below 1
 */
export function predictPermuted(
  batch: MaskableBatch,
  options: {
    readonly part?: number;
    readonly slots?: number | undefined;
    readonly randomOf: (row: number) => RandomStream;
  },
): PermutedBatch {
  checkOptions('predictPermuted', options, { part: whole(1), slots: real(), randomOf: needed(callable) });
  const { part = 6, slots, randomOf } = options;

  checkBatch('predictPermuted', batch);
  if (!(part >= 1)) throw new RangeError(`predictPermuted: part must be at least 1, got ${part}.`);
  const [rows, length] = batch.shape;
  const order = new Int32Array(rows * length);
  const predicted = new Uint8Array(rows * length);
  const places = new Int32Array(length);
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    let count = 0;
    for (let place = row * length; place < (row + 1) * length; place++) {
      if (batch.maskable[place]) places[count++] = place;
      else if (!batch.attend[place]) order[place] = length - 1;
    }
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1));
      const held = places[i] as number;
      places[i] = places[j] as number;
      places[j] = held;
    }
    const special = count < length ? 1 : 0;
    const given = count - Math.ceil(count / part);
    for (let i = 0; i < count; i++) {
      order[places[i] as number] = i + special;
      if (i >= given) predicted[places[i] as number] = 1;
    }
  }
  return { ...gatherTargets(batch, (place) => (predicted[place] ? (batch.ids[place] as number) : -1), slots), order };
}
