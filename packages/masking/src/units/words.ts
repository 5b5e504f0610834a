import type { Units } from './units.ts';

/** Whole words: neighbouring tokens with the same number in `batch.wordNumbers` (Chinese-BERT-wwm). A token numbered −1 stands alone. */
export const words: Units = {
  usualLength: 2,
  cut: ({ batch, offset, columns, count }, _random, starts) => {
    const numbers = batch.wordNumbers;
    let units = 0;
    let before = -1;
    let last = -2;
    for (let i = 0; i < count; i++) {
      const column = columns[i] as number;
      const word = numbers[offset + column] as number;
      if (word !== before || word < 0 || column !== last + 1) starts[units++] = i;
      before = word;
      last = column;
    }
    return units;
  },
};
