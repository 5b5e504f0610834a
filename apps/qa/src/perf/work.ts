import { bools, floats, type HostTensor, ints } from '@cloze/backend';
import type { MaskableBatch } from '@cloze/masking';
import type { AskedBatch } from '@cloze/models';
import { integerBelow, type RandomStream } from '@cloze/random';

/** Sizes of the work that both sides do. */
export interface Work {
  readonly layers: number;
  readonly width: number;
  readonly batch: number;
  readonly length: number;
}

/** Tokens of the Chinese BERT. */
export const vocabularySize = 21128;

/** `(layers,width,batch x length)`, as tables name sizes. */
export const sizeName = ({ layers, width, batch, length }: Work): string => `(${layers},${width},${batch}x${length})`;

/** Positions that are predicted a row: 15 %. */
export const slotsOf = ({ length }: Pick<Work, 'length'>): number => Math.round(length * 0.15);

/** Rows of random tokens, all real; the first and last of a row stand for [CLS] and [SEP]. */
export function randomBatch({ batch, length }: Pick<Work, 'batch' | 'length'>, random: RandomStream): MaskableBatch {
  const size = batch * length;
  return {
    shape: [batch, length],
    ids: Int32Array.from({ length: size }, () => integerBelow(random, vocabularySize)),
    segments: new Int32Array(size),
    attend: new Uint8Array(size).fill(1),
    maskable: Uint8Array.from({ length: size }, (_, i) => (i % length === 0 || i % length === length - 1 ? 0 : 1)),
    wordNumbers: new Int32Array(size),
  };
}

/** `randomBatch` as host tensors. */
export function randomRows(
  work: Pick<Work, 'batch' | 'length'>,
  random: RandomStream,
): Record<'ids' | 'segments' | 'attend', HostTensor> {
  const { shape, ids, segments, attend } = randomBatch(work, random);
  return { ids: ints(shape, ids), segments: ints(shape, segments), attend: bools(shape, attend) };
}

/** Rows with every sixth position predicted, 15 % of them. */
export function randomTargets(work: Work, random: RandomStream): AskedBatch<HostTensor> {
  const slots = slotsOf(work);
  const count = work.batch * slots;
  return {
    ...randomRows(work, random),
    targetPositions: ints(
      [work.batch, slots],
      Int32Array.from({ length: count }, (_, i) => (i % slots) * 6),
    ),
    targets: ints(
      [work.batch, slots],
      Int32Array.from({ length: count }, () => integerBelow(random, vocabularySize)),
    ),
    weights: floats([work.batch, slots], new Float32Array(count).fill(1)),
  };
}
