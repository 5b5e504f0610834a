import type { HostTensor } from '@cloze/backend';

const names = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;
const bytesOf = { float32: 4, int32: 4, bool: 1 } as const;

/**
 * A safetensors file: widest types first, then by name, as the reference writes it; the header is padded to 8 bytes.
 *
 * @param metadata default `{ format: 'pt' }`, which Python's loader of transformers asks for
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array {
  const order = [...tensors].sort(([a, x], [b, y]) => bytesOf[y.dtype] - bytesOf[x.dtype] || (a < b ? -1 : 1));
  let at = 0;
  const entries = order.map(([name, { dtype, shape, values }]) => {
    const begin = at;
    at += values.byteLength;
    return [name, { dtype: names[dtype], shape, data_offsets: [begin, at] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  for (const [i, [, { values }]] of order.entries()) {
    file.set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      8 + length + (entries[i]?.[1].data_offsets[0] as number),
    );
  }
  return file;
}
