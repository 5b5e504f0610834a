/** How floats may be written, by PyTorch's names. */
export type StoredFloat = 'float32' | 'float16' | 'bfloat16';

/**
 * Float32 numbers as 16-bit ones, each rounded to the nearest, halfway to the even one, as PyTorch's `.half()` and `.bfloat16()` round.
 *
 * `float16` (11 bits of precision) holds 6.1e-5 to 65,504 in full, less precisely down to 6e-8; above 65,519 it is infinite. `bfloat16`
 * has float32's range with 8 bits of precision.
 */
export function narrowFloats(values: Float32Array, to: Exclude<StoredFloat, 'float32'>): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const narrow = to === 'bfloat16' ? brain : half;
  const words = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = narrow(bits[i] as number);
  return words;
}

/** `bits` without its last `count` bits, rounded to the nearest, ties to even. */
function rounded(bits: number, count: number): number {
  const kept = bits >>> count;
  const rest = bits - kept * 2 ** count;
  const middle = 2 ** (count - 1);
  return rest > middle || (rest === middle && kept % 2 === 1) ? kept + 1 : kept;
}

function brain(bits: number): number {
  // A NaN rounded up could become an infinity: PyTorch writes one quiet NaN for all.
  return (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded(bits, 16) & 0xffff;
}

function half(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  const exponent = (size >>> 23) - 127;
  if (exponent > 15) return sign | 0x7c00;
  // A carry out of the fraction goes into the exponent, up to infinity: the fields lie side by side.
  if (exponent >= -14) return sign | rounded(size - ((127 - 15) << 23), 13);
  // Below 2⁻¹⁴ the leading one is written out, in units of 2⁻²⁴.
  return exponent < -25 ? sign : sign | rounded((size & 0x7fffff) | 0x800000, -exponent - 1);
}
