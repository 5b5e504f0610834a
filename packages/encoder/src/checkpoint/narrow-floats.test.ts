import { narrowFloats } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { decodeTensor } from './decode-tensor.ts';

/** Every number of a 16-bit type, from its bits; positive ones grow with their bits. */
const all = (dtype: string) =>
  decodeTensor('x', dtype, [65_536], new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer))
    .values as Float32Array;
const infinity = { float16: 0x7c00, bfloat16: 0x7f80 } as const;

describe.each([
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
] as const)('%s', (to, dtype) => {
  const values = all(dtype);
  it('numbers that are exact keep their bits, all 65,536; every NaN stays one', () => {
    const wrong = [...narrowFloats(values, to).entries()].filter(([bits, narrow]) =>
      Number.isNaN(values[bits]) ? !Number.isNaN(values[narrow]) : narrow !== bits,
    );
    expect(wrong).toEqual([]);
  });
  it('between two neighbours the nearer one is taken, half way the even one', () => {
    const below = values.subarray(0, infinity[to] - 1);
    const between = (share: number) =>
      narrowFloats(
        below.map((v, i) => v + share * ((values[i + 1] as number) - v)),
        to,
      );
    const [quarter, middle, most] = [0.25, 0.5, 0.75].map(between) as [Uint16Array, Uint16Array, Uint16Array];
    const wrong: number[] = [];
    for (let bits = 0; bits < below.length; bits++) {
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (quarter[bits] !== bits || middle[bits] !== even || most[bits] !== bits + 1) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });
  it('is odd, and beyond the largest infinite', () => {
    const some = Float32Array.of(0, 0.1, Math.PI, 1e-7, 65_519, 65_520, 3.4e38);
    const [up, down] = [narrowFloats(some, to), narrowFloats(some.map((v) => -v) as Float32Array, to)];
    expect([...down]).toEqual([...up].map((bits) => bits + 0x8000));
    expect(up[6]).toBe(infinity[to]);
    if (to === 'float16') expect([values[up[4] as number], up[5]]).toEqual([65_504, infinity.float16]);
  });
});
