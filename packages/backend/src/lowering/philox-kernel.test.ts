import { expect, it } from 'vitest';
import { kernelModules } from './kernel-modules.ts';
import { kernelWork } from './kernel-work.ts';
import { philoxUniform } from './philox.ts';
import { type PhiloxPlace, philoxFill } from './philox-kernel.ts';

const work = kernelWork(kernelModules());

/** What is drawn, with a byte before and behind that must stay. */
function drawn(
  place: PhiloxPlace,
  words: readonly number[],
  site: number,
  threshold?: number,
): Uint8Array<ArrayBuffer> {
  const size = place.rows * place.width * (place.dtype === 'bool' ? 1 : 4);
  const room = new Uint8Array(size + 2).fill(7);
  work([philoxFill(place, words, site, room.subarray(1, size + 1), threshold)], new Int32Array(3), 0);
  expect([room[0], room.at(-1)]).toEqual([7, 7]);
  return room.slice(1, size + 1);
}

it('draws the numbers of philoxUniform to the bit, whatever the width, and masks of them', () => {
  for (const [rows, width, words, site] of [
    [1, 1, [1, 2, 0], 0],
    [3, 7, [3, 5, 2], 0xffffffff],
    [4, 64, [-7, 2 ** 31 - 1, 1000], 12345],
    // The counter's lower half goes round within four blocks.
    [9, 12, [-1, 8, 1431655765], 99],
    [5, 20, [11, -3, 0], 0x7fffffff],
    [2, 6, [0, 0, 2 ** 31 - 1], 0x80000000],
    // More than one call: 2¹⁴ blocks each, and three blocks left.
    [5, 4 * 6555, [5, 6, 7], 8],
    // A row larger than the memory of the rows before it.
    [2, 40_001, [1, 1, 1], 3],
  ] as const) {
    const expected = philoxUniform(words, site, rows, width);
    const found = new Float32Array(drawn({ dtype: 'float32', rows, width }, words, site).buffer);
    expect(found).toEqual(expected);
    for (const threshold of [0.3, 0, 1, -1, 2, Number.NaN])
      expect(drawn({ dtype: 'bool', rows, width }, words, site, threshold)).toEqual(
        Uint8Array.from(expected, (number) => (number >= Math.fround(threshold) ? 1 : 0)),
      );
  }
});
