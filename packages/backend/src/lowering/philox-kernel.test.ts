import { expect, it } from 'vitest';
import { philoxUniform } from './philox.ts';
import { philoxMemory } from './philox-kernel.ts';

it('draws the numbers of philoxUniform to the bit, whatever the width, and masks of them', () => {
  for (const [rows, width, words, site] of [
    [1, 1, [1, 2, 0], 0],
    [3, 7, [3, 5, 2], 0xffffffff],
    [4, 64, [-7, 2 ** 31 - 1, 1000], 12345],
    // The counter's lower half goes round within four blocks.
    [9, 12, [-1, 8, 1431655765], 99],
    [5, 20, [11, -3, 0], 0x7fffffff],
    [2, 6, [0, 0, 2 ** 31 - 1], 0x80000000],
  ] as const) {
    const memory = philoxMemory([
      { dtype: 'bool', rows, width },
      { dtype: 'float32', rows, width },
    ]);
    memory.draw(0, words, site, 0.3);
    memory.draw(1, words, site);
    const expected = philoxUniform(words, site, rows, width);
    expect([...(memory.values[1] as Float32Array)]).toEqual([...expected]);
    for (const threshold of [0.3, 0, 1, -1, 2, Number.NaN]) {
      memory.draw(0, words, site, threshold);
      expect([...(memory.values[0] as Uint8Array)]).toEqual(
        Array.from(expected, (number) => (number >= Math.fround(threshold) ? 1 : 0)),
      );
    }
    // A draw writes nothing beside itself.
    expect([...(memory.values[1] as Float32Array)]).toEqual([...expected]);
  }
});
