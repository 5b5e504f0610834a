import { type HostTensor, narrowFloats, type StoredFloat, sizeOf } from '@cloze/backend';
import { checkOptions, oneOf } from '@cloze/checks';

const bytesEach = { float32: 4, float16: 2, bfloat16: 2, int32: 4, bool: 1 } as const;
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
  options: { readonly dtype?: StoredFloat } = {},
): Uint8Array {
  checkOptions('writeSafetensors', options, { dtype: oneOf(['float32', 'float16', 'bfloat16']) });
  const { dtype: float = 'float32' } = options;

  const order = [...tensors]
    .map(([name, { dtype, shape }]) => ({ name, shape, as: dtype === 'float32' ? float : dtype }))
    .sort((a, b) => bytesEach[b.as] - bytesEach[a.as] || (a.name < b.name ? -1 : 1));
  let offset = 0;
  const entries = order.map(({ name, shape, as }) => {
    const begin = offset;
    offset += sizeOf(shape) * bytesEach[as];
    return [name, { dtype: names[as], shape, data_offsets: [begin, offset] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  // One after another: values that are read when they are asked for never stand in memory together.
  for (const [i, { name, as }] of order.entries()) {
    const values = tensors.get(name)?.values as HostTensor['values'];
    const stored = as === 'float16' || as === 'bfloat16' ? narrowFloats(values as Float32Array, as) : values;
    file.set(
      new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
      8 + length + (entries[i]?.[1].data_offsets[0] as number),
    );
  }
  return file;
}
