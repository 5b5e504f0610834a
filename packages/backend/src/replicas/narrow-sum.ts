import { narrowFloats } from '../expression/narrow-floats.ts';

/** How numbers that are cut in as many equal parts as there are replicas go among them. */
export interface Exchanges {
  /** Part r of each replica's numbers goes to replica r: `theirs` are the parts for this one, by rank. */
  swap(own: Uint16Array, theirs: Uint16Array): Promise<void>;
  /** Each replica's part goes to all, by rank. */
  share(own: Uint16Array, all: Uint16Array): Promise<void>;
}

/** Adds bfloat16 numbers to float32 ones. */
function addWidened(to: Float32Array, narrow: Uint16Array): void {
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  for (let i = 0; i < narrow.length; i++) {
    bits[0] = (narrow[i] as number) << 16;
    to[i] = (to[i] as number) + (number[0] as number);
  }
}

/**
 * Replaces numbers by their sum over replicas, each travelling as bfloat16: half the bytes of float32. Every replica sums one part, in float32 and in the
 * order of ranks, and tells it to all, so that all hold the same bits.
 *
 * Each number is rounded twice to 8 bits of precision, on its way there and back: relative errors of at most 2⁻⁸ of each addend and 2⁻⁸ of the sum.
 *
 * @param values [length], replaced @param size replicas
 */
export async function narrowSum(values: Float32Array, size: number, { swap, share }: Exchanges): Promise<void> {
  const each = Math.ceil(values.length / size);
  // The last part is filled up with zeros.
  const own = new Uint16Array(each * size);
  own.set(narrowFloats(values, 'bfloat16'));
  const theirs = new Uint16Array(each * size);
  await swap(own, theirs);
  const total = new Float32Array(each);
  for (let rank = 0; rank < size; rank++) addWidened(total, theirs.subarray(rank * each, (rank + 1) * each));
  await share(narrowFloats(total, 'bfloat16'), own);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (own[i] as number) << 16;
}
