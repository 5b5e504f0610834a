import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';

/** Bytes of one element of the types that are read, by safetensors' names. */
export const typeWidths: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

let halves: Float32Array | undefined;
/** All 65,536 half-precision numbers. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToFloat(bits));
  return halves;
}

/**
 * The values of a span: float32 and int32 as a view where the span is aligned, a copy otherwise; other floats become float32, other whole
 * numbers int32.
 *
 * @throws {CheckpointError} for types that are not read, and for whole numbers that int32 does not hold
 */
export function decodeTensor(name: string, dtype: string, shape: number[], bytes: Uint8Array): HostTensor {
  const width = typeWidths[dtype];
  if (width === undefined)
    throw new CheckpointError(`'${name}' has type ${dtype}; ${Object.keys(typeWidths).join(', ')} are read.`);
  // Typed arrays ask for aligned beginnings; a file's tensors need not have them.
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const count = bytes.byteLength / width;
  const narrowed = (from: ArrayLike<number | bigint>): HostTensor => {
    const values = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const value = Number(from[i]);
      if ((value | 0) !== value)
        throw new CheckpointError(`'${name}': element ${i} is ${from[i]}, which int32 does not hold.`);
      values[i] = value;
    }
    return { shape, dtype: 'int32', values };
  };
  switch (dtype) {
    case 'F32':
      return { shape, dtype: 'float32', values: new Float32Array(buffer, byteOffset, count) };
    case 'F16': {
      const [from, table, values] = [new Uint16Array(buffer, byteOffset, count), halfTable(), new Float32Array(count)];
      for (let i = 0; i < count; i++) values[i] = table[from[i] as number] as number;
      return { shape, dtype: 'float32', values };
    }
    case 'BF16': {
      const [from, wide] = [new Uint16Array(buffer, byteOffset, count), new Uint32Array(count)];
      for (let i = 0; i < count; i++) wide[i] = (from[i] as number) << 16;
      return { shape, dtype: 'float32', values: new Float32Array(wide.buffer) };
    }
    case 'F64':
      return { shape, dtype: 'float32', values: Float32Array.from(new Float64Array(buffer, byteOffset, count)) };
    case 'I32':
      return { shape, dtype: 'int32', values: new Int32Array(buffer, byteOffset, count) };
    case 'I64':
      return narrowed(new BigInt64Array(buffer, byteOffset, count));
    case 'U64':
      return narrowed(new BigUint64Array(buffer, byteOffset, count));
    case 'U32':
      return narrowed(new Uint32Array(buffer, byteOffset, count));
    case 'I16':
      return narrowed(new Int16Array(buffer, byteOffset, count));
    case 'U16':
      return narrowed(new Uint16Array(buffer, byteOffset, count));
    case 'I8':
      return narrowed(new Int8Array(buffer, byteOffset, count));
    case 'U8':
      return narrowed(bytes);
    default:
      return { shape, dtype: 'bool', values: bytes };
  }
}
