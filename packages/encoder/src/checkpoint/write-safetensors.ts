import { type HostTensor, narrowFloats, type StoredFloat, sizeOf } from '@cloze/backend';
import { checkOptions, oneOf } from '@cloze/checks';

const bytesEach = { float32: 4, float16: 2, bfloat16: 2, int32: 4, bool: 1 } as const;
const names = { float32: 'F32', float16: 'F16', bfloat16: 'BF16', int32: 'I32', bool: 'BOOL' } as const;

/** How a file is written. */
interface WriteOptions {
  /** How floats are written, default `float32`; 16-bit ones are rounded to the nearest. */
  readonly dtype?: StoredFloat;
}

/** The header of a file, and its tensors in their order. */
function laidOut(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>>,
  { dtype: float = 'float32' }: WriteOptions,
) {
  const order = [...tensors]
    .map(([name, { dtype, shape }]) => ({ name, shape, as: dtype === 'float32' ? float : dtype }))
    .sort((a, b) => bytesEach[b.as] - bytesEach[a.as] || (a.name < b.name ? -1 : 1));
  let bytes = 0;
  const entries = order.map(({ name, shape, as }) => {
    const begin = bytes;
    bytes += sizeOf(shape) * bytesEach[as];
    return [name, { dtype: names[as], shape, data_offsets: [begin, bytes] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return { header, order, bytes };
}

/**
 * A safetensors file in parts, which together are what `writeSafetensors` gives: the header, then a tensor each, whose values are asked for when
 * its turn comes. It can be gone through again.
 */
export function safetensorsParts(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  options: WriteOptions = {},
): Iterable<Uint8Array> {
  checkOptions('safetensorsParts', options, { dtype: oneOf(['float32', 'float16', 'bfloat16']) });
  const { header, order } = laidOut(tensors, metadata, options);
  return {
    *[Symbol.iterator]() {
      yield header;
      for (const { name, as } of order) {
        const values = tensors.get(name)?.values as HostTensor['values'];
        const stored = as === 'float16' || as === 'bfloat16' ? narrowFloats(values as Float32Array, as) : values;
        yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
      }
    },
  };
}

/**
 * A safetensors file: widest types first, then by name, as the reference writes it; the header is padded to 8 bytes.
 *
 * @param metadata default `{ format: 'pt' }`, which Python's loader of transformers asks for
 * @param options.dtype how floats are written, default `float32`; 16-bit ones are rounded to the nearest
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  options: WriteOptions = {},
): Uint8Array {
  checkOptions('writeSafetensors', options, { dtype: oneOf(['float32', 'float16', 'bfloat16']) });
  const { header, bytes } = laidOut(tensors, metadata, options);
  const file = new Uint8Array(header.length + bytes);
  let at = 0;
  for (const part of safetensorsParts(tensors, metadata, options)) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
