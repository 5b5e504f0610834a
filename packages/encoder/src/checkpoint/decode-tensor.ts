import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';

/** Bytes of one element, by safetensors' names of types. */
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

/** Copies a span into an aligned host tensor; 16- and 64-bit numbers become float32 or int32. */
export function decodeTensor(name: string, dtype: string, shape: number[], bytes: Uint8Array): HostTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / (typeWidths[dtype] as number);
  const floats = (at: (i: number) => number): HostTensor => ({
    shape,
    dtype: 'float32',
    values: Float32Array.from({ length: count }, (_, i) => at(i)),
  });
  const ints = (at: (i: number) => number): HostTensor => ({
    shape,
    dtype: 'int32',
    values: Int32Array.from({ length: count }, (_, i) => at(i)),
  });
  switch (dtype) {
    case 'F32':
      return { shape, dtype: 'float32', values: new Float32Array(bytes.slice().buffer) };
    case 'F16':
      return floats((i) => halfToFloat(view.getUint16(2 * i, true)));
    case 'BF16': {
      const wide = Uint32Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true) << 16);
      return { shape, dtype: 'float32', values: new Float32Array(wide.buffer) };
    }
    case 'F64':
      return floats((i) => view.getFloat64(8 * i, true));
    case 'I32':
      return { shape, dtype: 'int32', values: new Int32Array(bytes.slice().buffer) };
    case 'I64':
      return ints((i) => {
        const value = view.getBigInt64(8 * i, true);
        if (BigInt.asIntN(32, value) !== value)
          throw new CheckpointError(`'${name}': element ${i} is ${value}, which int32 does not hold.`);
        return Number(value);
      });
    case 'BOOL':
      return { shape, dtype: 'bool', values: bytes.slice() };
    default:
      throw new CheckpointError(`'${name}' has type ${dtype}; F32, F16, BF16, F64, I32, I64 and BOOL are read.`);
  }
}
