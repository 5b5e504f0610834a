import type { HostTensor } from '../expression/host-tensors.ts';

/**
 * Philox-4x32-10 in WebAssembly, for engines without the kernel: 64-bit products are one instruction there and five in JavaScript.
 *
 * The module is written out below, instruction by instruction: it has one function, which fills a stretch of memory.
 */

// WebAssembly's numbers for what is used: types, then instructions (specification 1.0, "Binary Format").
const [i32, i64, f32] = [0x7f, 0x7e, 0x7d];
const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: (depth: number) => [0x0c, depth],
  branchIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  storeFloat: [0x38, 2, 0],
  storeByte: [0x3a, 0, 0],
  int: (value: number) => [0x41, ...signed(value | 0)],
  float: (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  greaterOrEqualInt: [0x4f],
  equalsZero: [0x45],
  greaterOrEqualFloat: [0x60],
  add: [0x6a],
  and: [0x71],
  xor: [0x73],
  timesFloat: [0x94],
  addLong: [0x7c],
  timesLong: [0x7e],
  shiftLong: [0x88],
  wrap: [0xa7],
  widen: [0xad],
  long: (value: number) => [0x42, ...signed(value)],
  toFloat: [0xb3],
} as const;

/** A whole number in LEB128, signed. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = BigInt(value); ; ) {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    const done = (left === 0n && !(low & 0x40)) || (left === -1n && Boolean(low & 0x40));
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** A count in LEB128. */
function count(value: number): number[] {
  return value < 128 ? [value] : [(value & 0x7f) | 0x80, ...count(value >>> 7)];
}

const list = (items: readonly (readonly number[])[]): number[] => [...count(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...count(content.length), ...content];
const text = (value: string): number[] => list([...new TextEncoder().encode(value)].map((byte) => [byte]));

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

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const parameters = [i32, i64, i32, i32, i32, i32, i32, i32, f32];
  const locals = list([
    [...count(8), i32],
    [...count(2), i64],
  ]);
  const code = [...locals, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list([[0x60, ...list(parameters.map((type) => [type])), ...list([[i32]])]])),
    ...section(2, list([[...text('host'), ...text('memory'), 0x02, 0x00, 0x00]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text('row'), 0x00, 0x00]])),
    ...section(10, list([[...count(code.length), ...code]])),
  ]);
}

// The types of Node know WebAssembly's names but not its values; these are the three that are used.
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

let compiled: object | undefined;

/** A place where one tensor's numbers, or its mask, are drawn. */
export interface PhiloxPlace {
  readonly dtype: 'float32' | 'bool';
  readonly rows: number;
  readonly width: number;
}

/** Memory in which numbers are drawn. */
export interface PhiloxMemory {
  /** What was drawn last at each place. */
  readonly values: readonly HostTensor['values'][];
  /**
   * Draws all numbers of a place anew.
   *
   * @param words seed, step and first row @param threshold of a mask: 1 where a number reaches it
   */
  draw(place: number, words: ArrayLike<number>, site: number, threshold?: number): void;
}

type Row = (...numbers: (number | bigint)[]) => number;

/** Memory for places, which stays where it is: 4 bytes a number, 1 an element of a mask. The numbers are `philoxUniform`'s to the bit. */
export function philoxMemory(places: readonly PhiloxPlace[]): PhiloxMemory {
  const begins: number[] = [];
  let bytes = 0;
  for (const { dtype, rows, width } of places) {
    begins.push(bytes);
    bytes += 4 * Math.ceil((rows * width * (dtype === 'bool' ? 1 : 4)) / 4);
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  compiled ??= new WebAssembly.Module(moduleBytes());
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  // What a module exports has no type: it is the function written out above.
  const row = exports.row as Row;
  const values = places.map(({ dtype, rows, width }, i) =>
    dtype === 'bool'
      ? new Uint8Array(memory.buffer, begins[i], rows * width)
      : new Float32Array(memory.buffer, begins[i], rows * width),
  );
  return {
    values,
    draw: (place, words, site, threshold = 0) => {
      const { dtype, rows, width } = places[place] as PhiloxPlace;
      const blocksOfRow = Math.ceil(width / 4);
      const [seedWord = 0, stepWord = 0, firstRow = 0] = [words[0], words[1], words[2]];
      let next = begins[place] as number;
      for (let i = 0; i < rows; i++)
        next = row(
          ...[next, BigInt(firstRow + i) * BigInt(blocksOfRow), blocksOfRow, width, site, seedWord, stepWord],
          ...[dtype === 'bool' ? 1 : 0, Math.fround(threshold)],
        ) as number;
    },
  };
}
