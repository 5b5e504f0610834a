import { type HostTensor, narrowFloats, type StoredFloat } from '@cloze/backend';

const names = { float32: 'F32', float16: 'F16', bfloat16: 'BF16', int32: 'I32', bool: 'BOOL' } as const;

/**
 * A safetensors file: widest types first, then by name, as the reference writes it; the header is padded to 8 bytes.
 *
 * @param metadata default `{ format: 'pt' }`, which Python's loader of transformers asks for
 * @param options.dtype how floats are written, default `float32`; 16-bit ones are rounded to the nearest
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  { dtype: float = 'float32' }: { readonly dtype?: StoredFloat } = {},
): Uint8Array {
  const order = [...tensors]
    .map(([name, { dtype, shape, values }]) => {
      const narrow = dtype === 'float32' && float !== 'float32';
      const stored = narrow ? narrowFloats(values as Float32Array, float) : values;
      return { name, shape, stored, type: names[dtype === 'float32' ? float : dtype] };
    })
    .sort((a, b) => b.stored.BYTES_PER_ELEMENT - a.stored.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1));
  let offset = 0;
  const entries = order.map(({ name, shape, stored, type }) => {
    const begin = offset;
    offset += stored.byteLength;
    return [name, { dtype: type, shape, data_offsets: [begin, offset] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  for (const [i, { stored }] of order.entries()) {
    file.set(
      new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
      8 + length + (entries[i]?.[1].data_offsets[0] as number),
    );
  }
  return file;
}
