import { CheckpointError, readTensorflowCheckpoint } from '@cloze/encoder';
import { integerBelow, type RandomStream } from '@cloze/random';
import { pick } from './bend-json.ts';
import type { FuzzSubject } from './subject.ts';

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ (0x82f63b78 | 0) : value >>> 1;
  return value;
});
/** TensorFlow's checksum: CRC-32C, masked. */
function maskedCrc(bytes: readonly number[]): number {
  let value = -1;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 255] as number);
  const crc = ~value >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
const numbers = [0, 1, 2, 4, 8, 127, 128, 300, 65_535, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1];
const names = [
  ...[
    '',
    'bert/embeddings/word_embeddings',
    'bert/encoder/layer_0/attention/self/query/kernel',
    'global_step',
    '_CHECKPOINTABLE_OBJECT_GRAPH',
  ],
  ...[
    'bert/encoder/transformer/group_0/inner_group_0/LayerNorm_1/gamma',
    'a/.ATTRIBUTES/VARIABLE_VALUE',
    '__proto__',
    'generator/encoder/x',
  ],
];

/** A number that is the true one most of the time. */
const lie = (random: RandomStream, truth: number) => (integerBelow(random, 30) === 0 ? pick(random, numbers) : truth);

/** What an index says of a variable. */
function entry(random: RandomStream, data: number): number[] {
  const [rows, columns] = [integerBelow(random, 4), 1 + integerBelow(random, 4)];
  const dimensions = [rows, columns].flatMap((extent) => {
    const size = varint(lie(random, extent));
    return [0x12, size.length + 1, 0x08, ...size];
  });
  const size = rows * columns * 4;
  const offset = integerBelow(random, Math.max(1, data - size));
  return [
    ...[
      0x08,
      ...varint(lie(random, pick(random, [1, 1, 1, 3, 14, 7]))),
      0x12,
      ...varint(lie(random, dimensions.length)),
      ...dimensions,
    ],
    ...[0x20, ...varint(lie(random, offset)), 0x28, ...varint(lie(random, size))],
    ...(integerBelow(random, 3) === 0 ? [0x35, ...u32(pick(random, numbers))] : []),
  ];
}

function block(random: RandomStream, data: number): number[] {
  const bytes: number[] = [];
  let before: number[] = [];
  for (const name of names.slice(0, 1 + integerBelow(random, 6)).sort()) {
    const key = bytesOf(name + (integerBelow(random, 10) === 0 ? 'x'.repeat(integerBelow(random, 200)) : ''));
    let shared = 0;
    while (shared < Math.min(before.length, key.length) && before[shared] === key[shared]) shared++;
    const value = entry(random, data);
    // Entries made here, at most some hundred bytes.
    bytes.push(
      ...varint(lie(random, shared)),
      ...varint(lie(random, key.length - shared)),
      ...varint(lie(random, value.length)),
    );
    // Entries made here, at most some hundred bytes.
    bytes.push(...key.slice(shared), ...value);
    before = key;
  }
  return [...bytes, ...u32(0), ...u32(lie(random, 1))];
}

/** An index with checksums that are true, so that what is behind them is reached; 64 bytes of data lie beside it. */
export const fuzzTensorflowIndex: FuzzSubject = {
  name: 'tensorflow-index',
  make: (random) => {
    const file: number[] = [];
    const append = (content: readonly number[]): [number, number] => {
      const offset = file.length;
      const whole = [...content, integerBelow(random, 40) === 0 ? 1 : 0];
      for (const byte of [...whole, ...u32(lie(random, maskedCrc(whole)))]) file.push(byte);
      return [offset, content.length];
    };
    const places = Array.from({ length: 1 + integerBelow(random, 2) }, () => append(block(random, 64)));
    if (integerBelow(random, 10) === 0) places.push(pick(random, places));
    const index = places.flatMap(([offset, size], i) => {
      const handle = [...varint(lie(random, offset)), ...varint(lie(random, size))];
      return [...varint(0), ...varint(1), ...varint(handle.length), 97 + i, ...handle];
    });
    const [at, size] = append([...index, ...u32(0), ...u32(1)]);
    const footer = [...varint(0), ...varint(0), ...varint(lie(random, at)), ...varint(lie(random, size))];
    const rest = new Array<number>(Math.max(0, 40 - footer.length)).fill(0);
    const whole = Uint8Array.from([
      ...file,
      ...footer.slice(0, 40),
      ...rest,
      0x57,
      0xfb,
      0x80,
      0x8b,
      0x24,
      0x75,
      0x47,
      0xdb,
    ]);
    if (integerBelow(random, 12) === 0) whole[integerBelow(random, whole.length)] = integerBelow(random, 256);
    return integerBelow(random, 20) === 0 ? whole.slice(0, integerBelow(random, whole.length)) : whole;
  },
  read: (file) => {
    for (const tensor of readTensorflowCheckpoint(file, [new Uint8Array(64)]).values())
      try {
        void tensor.values;
      } catch (error) {
        // Values of types that are not read are refused one by one.
        if (!(error instanceof CheckpointError)) throw error;
      }
  },
  isRefusal: (error) => error instanceof CheckpointError,
};
