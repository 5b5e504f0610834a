import type { Fill } from './kernel-work.ts';
import { i32, i64, type Kernel, op, v128 } from './wasm-kernel.ts';

/** Philox-4x32-10 in WebAssembly, four blocks at once, for masks: whether each of sixteen numbers reaches a threshold, a byte each. */

// Parameters, then locals.
const [at, index, groups, site, seed, step, limit] = [0, 1, 2, 3, 4, 5, 6];
const [c0, c1, c2, c3, low0, high0, low1, high1, limit4, keys] = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const rounds = 10;
const { get, set } = op;
const all4 = (value: number) => op.ints4(value, value, value, value);
const places = op.ints4(0, 1, 2, 3);

/** Counter times multiplier: products of blocks 0 and 1, and of blocks 2 and 3. */
const product = (counter: number, multiplier: number, low: number, high: number) => [
  ...[...get(counter), ...all4(multiplier), ...op.timesLow2, ...set(low)],
  ...[...get(counter), ...all4(multiplier), ...op.timesHigh2, ...set(high)],
];
const upper = (low: number, high: number) => [...get(low), ...get(high), ...op.words4(1, 3, 5, 7)];
const lower = (low: number, high: number) => [...get(low), ...get(high), ...op.words4(0, 2, 4, 6)];

const round = (number: number) => [
  ...[...product(c0, 0xd2511f53, low0, high0), ...product(c2, 0xcd9e8d57, low1, high1)],
  ...[...upper(low1, high1), ...get(c1), ...op.xor4, ...get(keys + 2 * number), ...op.xor4, ...set(c0)],
  ...[...lower(low1, high1), ...set(c1)],
  ...[...upper(low0, high0), ...get(c3), ...op.xor4, ...get(keys + 2 * number + 1), ...op.xor4, ...set(c2)],
  ...[...lower(low0, high0), ...set(c3)],
];

/** The keys of all rounds, which are the same for every block. */
const spread = Array.from({ length: rounds }, (_, number) => [
  ...[...get(seed), ...op.int(Math.imul(number, 0x9e3779b9)), ...op.add, ...op.splatInt4, ...set(keys + 2 * number)],
  ...[
    ...get(step),
    ...op.int(Math.imul(number, 0xbb67ae85)),
    ...op.add,
    ...op.splatInt4,
    ...set(keys + 2 * number + 1),
  ],
]).flat();

/** Whether the number of each block reaches the limit, in byte `place` of the block's four. */
const reached = (counter: number, place: number) => [
  ...[...get(counter), ...all4(0x7fffff), ...op.and4, ...get(limit4), ...op.reachesInt4],
  ...[...all4(1 << (8 * place)), ...op.and4],
];

export const philoxMasksKernel: Kernel = {
  parameters: [i32, i64, i32, i32, i32, i32, i32],
  results: [],
  locals: [[9 + 2 * rounds, v128]],
  body: [
    ...[...get(limit), ...op.splatInt4, ...set(limit4), ...spread],
    ...[...op.block, ...op.loop, ...get(groups), ...op.equalsZero, ...op.branchIf(1)],
    ...[...get(index), ...op.wrap, ...op.splatInt4, ...places, ...op.addInt4, ...set(c0)],
    // Where the lower half went round, the upper is one more.
    ...[...get(index), ...op.long(32), ...op.shiftLong, ...op.wrap, ...op.splatInt4],
    ...[...get(c0), ...places, ...op.lessInt4, ...op.minusInt4, ...set(c1)],
    ...[...get(site), ...op.splatInt4, ...set(c2), ...all4(0), ...set(c3)],
    ...Array.from({ length: rounds }, (_, number) => round(number)).flat(),
    ...[...get(at), ...reached(c0, 0), ...reached(c1, 1), ...op.or4, ...reached(c2, 2), ...op.or4],
    ...[...reached(c3, 3), ...op.or4, ...op.store4(0)],
    ...[...get(at), ...op.int(16), ...op.add, ...set(at)],
    ...[...get(index), ...op.long(4), ...op.addLong, ...set(index)],
    ...[...get(groups), ...op.int(-1), ...op.add, ...set(groups), ...op.branch(0)],
    ...[...op.end, ...op.end, ...op.end],
  ],
};

/** Blocks of a call: what it writes stays in the processor's cache. */
const most = 1 << 14;

/**
 * Draws a mask of blocks that follow one another.
 *
 * @param into four bytes a block
 */
export function philoxMask(
  first: bigint,
  words: readonly [site: number, seed: number, step: number],
  threshold: number,
  into: Uint8Array<ArrayBuffer>,
): Fill {
  // A number is the lower 23 bits over 2²³: it reaches a threshold where the bits reach this; none reaches NaN.
  const least = Math.ceil(Math.fround(threshold) * 2 ** 23);
  const limit = Number.isNaN(least) ? 2 ** 23 : Math.max(0, Math.min(2 ** 23, least));
  const blocks = into.length / 4;
  const calls = Array.from({ length: Math.ceil(blocks / most) }, (_, i) => {
    // Four blocks at a time: what the last call draws beyond the end is not copied.
    const groups = Math.ceil(Math.min(most, blocks - i * most) / 4);
    return [first + BigInt(i * most), groups, ...words, limit];
  });
  return { kind: 'fill', kernel: 'philoxMasks', calls, bytes: 4 * most, arrays: [into] };
}
