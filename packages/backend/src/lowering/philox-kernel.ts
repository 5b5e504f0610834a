import type { Fill } from './kernel-work.ts';
import { philoxMask } from './philox-masks.ts';
import { f32, i32, i64, type Kernel, op } from './wasm-kernel.ts';

/**
 * Philox-4x32-10 in WebAssembly, for engines without the kernel: 64-bit products are one instruction there and five in JavaScript.
 *
 * The kernel is written out below, instruction by instruction: it fills a stretch of memory.
 */

// Parameters, then locals.
const [at, index, blocks, width, site, seed, step, isMask, threshold] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const [c0, c1, c2, c3, k0, k1, column, inRow] = [9, 10, 11, 12, 13, 14, 15, 16];
const [p0, p1] = [17, 18];
const { get, set } = op;

const high = (product: number) => [...get(product), ...op.long(32), ...op.shiftLong, ...op.wrap];
const product = (counter: number, multiplier: number, to: number) => [
  ...[...get(counter), ...op.widen, ...op.long(multiplier), ...op.timesLong, ...set(to)],
];

const round = [
  ...product(c0, 0xd2511f53, p0),
  ...product(c2, 0xcd9e8d57, p1),
  ...[...high(p1), ...get(c1), ...op.xor, ...get(k0), ...op.xor, ...set(c0)],
  ...[...get(p1), ...op.wrap, ...set(c1)],
  ...[...high(p0), ...get(c3), ...op.xor, ...get(k1), ...op.xor, ...set(c2)],
  ...[...get(p0), ...op.wrap, ...set(c3)],
  ...[...get(k0), ...op.int(0x9e3779b9), ...op.add, ...set(k0)],
  ...[...get(k1), ...op.int(0xbb67ae85), ...op.add, ...set(k1)],
];

/** Writes one of a block's four numbers, unless the row is full: as a number, or as whether it reaches the threshold. */
const write = (counter: number) => {
  const uniform = [
    ...[...get(counter), ...op.int(0x7fffff), ...op.and, ...op.toFloat, ...op.float(2 ** -23), ...op.timesFloat],
  ];
  return [
    ...op.block,
    ...[...get(column), ...get(width), ...op.greaterOrEqualInt, ...op.branchIf(0)],
    ...[...get(column), ...op.int(1), ...op.add, ...set(column)],
    ...op.block,
    ...[...get(isMask), ...op.equalsZero, ...op.branchIf(0)],
    ...[...get(at), ...uniform, ...get(threshold), ...op.greaterOrEqualFloat, ...op.storeByte],
    ...[...get(at), ...op.int(1), ...op.add, ...set(at), ...op.branch(1)],
    ...op.end,
    ...[...get(at), ...uniform, ...op.storeFloat, ...get(at), ...op.int(4), ...op.add, ...set(at)],
    ...op.end,
  ];
};

// One row: `blocks` blocks, of counters index, index + 1, …
const body = [
  ...op.block,
  ...op.loop,
  ...[...get(inRow), ...get(blocks), ...op.greaterOrEqualInt, ...op.branchIf(1)],
  ...[
    ...get(index),
    ...op.wrap,
    ...set(c0),
    ...high(index),
    ...set(c1),
    ...get(site),
    ...set(c2),
    ...op.int(0),
    ...set(c3),
  ],
  ...[...get(seed), ...set(k0), ...get(step), ...set(k1)],
  ...Array.from({ length: 10 }, () => round).flat(),
  ...[...write(c0), ...write(c1), ...write(c2), ...write(c3)],
  ...[...get(index), ...op.long(1), ...op.addLong, ...set(index)],
  ...[...get(inRow), ...op.int(1), ...op.add, ...set(inRow)],
  ...op.branch(0),
  ...op.end,
  ...op.end,
  ...[...get(at)],
  ...op.end,
];

export const philoxRowKernel: Kernel = {
  parameters: [i32, i64, i32, i32, i32, i32, i32, i32, f32],
  results: [i32],
  locals: [
    [8, i32],
    [2, i64],
  ],
  body,
};

/** One tensor's numbers, or its mask. */
export interface PhiloxPlace {
  readonly dtype: 'float32' | 'bool';
  readonly rows: number;
  readonly width: number;
}

/**
 * Draws all numbers of a tensor, one behind the other: 4 bytes a number, 1 an element of a mask. They are `philoxUniform`'s to the bit.
 *
 * @param words seed, step and first row @param threshold of a mask: 1 where a number reaches it
 */
export function philoxFill(
  { dtype, rows, width }: PhiloxPlace,
  words: ArrayLike<number>,
  site: number,
  into: Uint8Array<ArrayBuffer>,
  threshold = 0,
): Fill {
  const blocksOfRow = Math.ceil(width / 4);
  const [seedWord = 0, stepWord = 0, firstRow = 0] = [words[0], words[1], words[2]];
  const first = BigInt(firstRow) * BigInt(blocksOfRow);
  // Rows follow one another without a gap, in what is drawn and in its counters.
  if (dtype === 'bool' && width % 4 === 0) return philoxMask(first, [site, seedWord, stepWord], threshold, into);
  const [isMask, size] = dtype === 'bool' ? [1, 1] : [0, 4];
  const calls = Array.from({ length: rows }, (_, i) => [
    ...[first + BigInt(i) * BigInt(blocksOfRow), blocksOfRow, width, site, seedWord, stepWord],
    ...[isMask, Math.fround(threshold)],
  ]);
  return { kind: 'fill', kernel: 'philoxRow', calls, bytes: size * width, arrays: [into] };
}
