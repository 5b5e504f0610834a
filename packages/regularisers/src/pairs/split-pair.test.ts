import { constant, evaluate, referenceEngine } from '@cloze/backend';
import { expect, it } from 'vitest';
import { duplicateRows, splitPair } from '../index.ts';

it.each([
  ['interleaved', [1, 2, 1, 2, 3, 4, 3, 4]],
  ['concatenated', [1, 2, 3, 4, 1, 2, 3, 4]],
] as const)('%s rows are doubled in order and split into first and second copies', async (arrangement, doubled) => {
  const rows = constant([1, 2, 3, 4], [2, 2]);
  const marked = constant([0, 1, 2, 3], [4], 'int32');
  const [first, second] = splitPair(marked, arrangement);
  const found = evaluate(referenceEngine(), { doubled: duplicateRows(rows, arrangement), first, second });
  expect([found.doubled.shape, [...found.doubled.values]]).toEqual([[4, 2], [...doubled]]);
  const expected =
    arrangement === 'interleaved'
      ? [
          [0, 2],
          [1, 3],
        ]
      : [
          [0, 1],
          [2, 3],
        ];
  expect([[...found.first.values], [...found.second.values]]).toEqual(expected);
});
