import type { HostTensor } from '@cloze/backend';

const types = { float32: '<f4', int32: '<i4', bool: '|b1' } as const;

/**
 * A tensor as the bytes of a `.npy` file, version 1.0: magic, length of the header, the header padded to 64 bytes, values row-major.
 *
 * NumPy's format (NEP 1): `numpy.load` reads it.
 */
export function npy({ shape, dtype, values }: HostTensor): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const described = `{'descr': '${types[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = 10;
  const padded = Math.ceil((preamble + described.length + 1) / 64) * 64;
  const header = `${described.padEnd(padded - preamble - 1)}\n`;
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const out = new Uint8Array(padded + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8]);
  out.set(new TextEncoder().encode(header), preamble);
  out.set(data, padded);
  return out;
}
