import type { HostTensor } from '@cloze/backend';
import { maskedCrc32c } from '../src/checkpoint/crc.ts';

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** A block of a table: entries in order of their keys, no shared beginnings. */
export function tableBlock(entries: readonly (readonly [key: string, value: readonly number[]])[]): number[] {
  const body = entries.flatMap(([key, value]) => {
    const name = bytesOf(key);
    return [...varint(0), ...varint(name.length), ...varint(value.length), ...name, ...value];
  });
  return [...body, ...u32(0), ...u32(1)];
}

/** Blocks and the index over them as a table file; `handles` may say other places than the true ones. */
export function tableFile(
  blocks: readonly (readonly number[])[],
  handles?: readonly (readonly [offset: number, size: number])[],
): Uint8Array {
  const file: number[] = [];
  const append = (block: readonly number[]): [number, number] => {
    const offset = file.length;
    for (const byte of block) file.push(byte);
    for (const byte of [0, ...u32(maskedCrc32c(Uint8Array.from([...block, 0])))]) file.push(byte);
    return [offset, block.length];
  };
  const places = blocks.map(append);
  const [at, size] = append(
    tableBlock((handles ?? places).map(([offset, length], i) => [`k${i}`, [...varint(offset), ...varint(length)]])),
  );
  const footer = [...varint(0), ...varint(0), ...varint(at), ...varint(size)];
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  return Uint8Array.from([...file, ...footer, ...new Array<number>(40 - footer.length).fill(0), ...magic]);
}

/** A TensorFlow checkpoint of float32 tensors, as TensorFlow's own writer lays it out. */
export function tensorflowCheckpoint(tensors: ReadonlyMap<string, HostTensor>): {
  readonly index: Uint8Array;
  readonly data: Uint8Array;
} {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const entries: [string, number[]][] = [['', []]];
  for (const [name, { shape, values }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    const dimensions = shape.flatMap((extent) => [0x12, varint(extent).length + 1, 0x08, ...varint(extent)]);
    entries.push([
      name,
      [
        ...[0x08, 1, 0x12, ...varint(dimensions.length), ...dimensions],
        ...[0x20, ...varint(offset), 0x28, ...varint(bytes.length), 0x35, ...u32(maskedCrc32c(bytes))],
      ],
    ]);
    parts.push(bytes);
    offset += bytes.length;
  }
  return { index: tableFile([tableBlock(entries)]), data: new Uint8Array(Buffer.concat(parts)) };
}
