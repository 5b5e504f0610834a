import { hashOf } from './count-table.ts';

/** The n-grams of one length that are frequent enough: key = number of its first n−1 words' n-gram · words + its last word. */
export interface NgramLevel {
  readonly keys: Float64Array;
  readonly counts: Int32Array;
  /** Index of a key, −1 when it is not there. */
  readonly indexOf: (key: number) => number;
}

/** Freezes sorted keys and counts into a level with an index. */
export function ngramLevel(keys: Float64Array, counts: Int32Array): NgramLevel {
  let size = 16;
  while (size < keys.length * 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  for (let index = 0; index < keys.length; index++) {
    let slot = hashOf(keys[index] as number) & (size - 1);
    while (slots[slot] !== -1) slot = (slot + 1) & (size - 1);
    slots[slot] = index;
  }
  return {
    keys,
    counts,
    indexOf: (key) => {
      let slot = hashOf(key) & (size - 1);
      let index = slots[slot] as number;
      while (index !== -1 && keys[index] !== key) {
        slot = (slot + 1) & (size - 1);
        index = slots[slot] as number;
      }
      return index;
    },
  };
}
