/** Words of WebAssembly as far as kernels here are written in it, and modules of one function over a memory that they are given. */

// WebAssembly's numbers for what is used: types, then instructions (specification 1.0, "Binary Format").
export const [i32, i64, f32, v128] = [0x7f, 0x7e, 0x7d, 0x7b];
/** Instructions. Those of `v128` work on four numbers at once. */
export const op = {
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
  lessInt: [0x49],
  load4: (offset: number) => [0xfd, 0, 4, ...count(offset)],
  store4: (offset: number) => [0xfd, 11, 4, ...count(offset)],
  splat4: [0xfd, 19],
  root4: [0xfd, ...count(0xe3)],
  add4: [0xfd, ...count(0xe4)],
  minus4: [0xfd, ...count(0xe5)],
  times4: [0xfd, ...count(0xe6)],
  over4: [0xfd, ...count(0xe7)],
  and4: [0xfd, 0x4e],
  or4: [0xfd, 0x50],
  xor4: [0xfd, 0x51],
  /** Four whole numbers, 32 bits each. */
  ints4: (...four: readonly [number, number, number, number]) => [
    0xfd,
    12,
    ...new Uint8Array(Int32Array.from(four).buffer),
  ],
  splatInt4: [0xfd, 17],
  addInt4: [0xfd, ...count(0xae)],
  minusInt4: [0xfd, ...count(0xb1)],
  /** −1 where unsigned less, else 0. */
  lessInt4: [0xfd, 0x3a],
  /** −1 where signed greater or equal, else 0. */
  reachesInt4: [0xfd, 0x3f],
  /** Whole products of the first two numbers, of the last two. */
  timesLow2: [0xfd, ...count(0xde)],
  timesHigh2: [0xfd, ...count(0xdf)],
  /** Words by their places in two operands, 0 to 7. */
  words4: (...four: readonly number[]) => [
    0xfd,
    13,
    ...four.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte)),
  ],
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

/** One function, and the memory it works on is given when it is opened. */
export interface Kernel {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** How many locals of each type follow the parameters. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  /** Instructions, `end` the last. */
  readonly body: readonly number[];
}

// The types of Node know WebAssembly's names but not its values.
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object };

/** The kernel as a module's bytes (specification 2.0, "Binary Format"). */
function moduleBytes({ parameters, results, locals, body }: Kernel): Uint8Array<ArrayBuffer> {
  const types = (all: readonly number[]) => list(all.map((type) => [type]));
  const code = [...list(locals.map(([many, type]) => [...count(many), type])), ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list([[0x60, ...types(parameters), ...types(results)]])),
    ...section(2, list([[...text('host'), ...text('memory'), 0x02, 0x00, 0x00]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text('run'), 0x00, 0x00]])),
    ...section(10, list([[...count(code.length), ...code]])),
  ]);
}

/** Compiles a kernel: a module that takes its memory as `host.memory`, and whose function is called `run`. */
export const compileKernel = (kernel: Kernel): object => new WebAssembly.Module(moduleBytes(kernel));
