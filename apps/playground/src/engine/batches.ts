import type { MaskableBatch } from '@cloze/masking';
import { permutation, type RandomStream } from '@cloze/random';
import type { TokenBatch } from '@cloze/tokenizer';

/** Chosen rows of a batch, in the order chosen. */
export function rowsOf(batch: TokenBatch, chosen: ArrayLike<number>): MaskableBatch {
  const [, length] = batch.shape;
  const take = <T extends Int32Array | Uint8Array>(values: T, into: T): T => {
    for (let i = 0; i < chosen.length; i++) {
      const row = chosen[i] as number;
      into.set(values.subarray(row * length, (row + 1) * length), i * length);
    }
    return into;
  };
  const size = chosen.length * length;
  return {
    shape: [chosen.length, length],
    ids: take(batch.ids, new Int32Array(size)),
    segments: take(batch.segments, new Int32Array(size)),
    attend: take(batch.attend, new Uint8Array(size)),
    maskable: take(batch.maskable, new Uint8Array(size)),
    wordNumbers: take(batch.wordNumbers, new Int32Array(size)),
    ...(batch.written && { written: take(batch.written, new Uint8Array(size)) }),
  };
}

/** The rows of step t = 1, 2, …: each once an epoch, in an order of the epoch's own; a batch may reach into the next epoch. */
export function rowsOfStep(count: number, size: number, random: RandomStream): (step: number) => Int32Array {
  const orders = new Map<number, Int32Array>();
  const orderOf = (epoch: number) => {
    const known = orders.get(epoch);
    if (known) return known;
    const made = permutation(random.fork('epoch', epoch), count);
    // Steps only go on: two epochs are enough.
    orders.delete(epoch - 2);
    orders.set(epoch, made);
    return made;
  };
  return (step) =>
    Int32Array.from({ length: size }, (_, i) => {
      const at = (step - 1) * size + i;
      return orderOf(Math.floor(at / count))[at % count] as number;
    });
}
