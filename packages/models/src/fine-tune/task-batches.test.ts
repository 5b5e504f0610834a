import { streamFrom } from '@cloze/random';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { expect, it } from 'vitest';
import { countTokens } from '../model/model-batch.ts';
import { trainingBatch } from './task-batches.ts';

/** [CLS], so many tokens of their own ids, [SEP]. */
function encodingOf(count: number): PlacedEncoding {
  const ids = Int32Array.from({ length: count + 2 }, (_, i) => (i === 0 ? 2 : i > count ? 3 : 9 + i));
  return {
    ids,
    segments: ids.map(() => 0),
    special: Uint8Array.from(ids, (id) => Number(id < 4)),
    wordNumbers: ids.map((id, i) => (id < 4 ? -1 : i - 1)),
    offsets: Array.from(ids, () => [0, 0] as const),
  };
}
const model = { config: { segmentTypes: 2 }, padId: 0 } as Parameters<typeof trainingBatch>[0];
const examples = [20, 12].map((count, row) => ({
  input: '',
  encodings: [encodingOf(count)],
  truncated: false,
  row,
  target: '',
}));

it('rows lose a share of their tokens, which follows from their stream; the others keep their positions; the next bucket holds them', () => {
  const batchOf = (seed: number) =>
    trainingBatch(model, { targetsOf: () => ({}) }, examples, 24, {
      rate: 0.5,
      randomOf: (row) => streamFrom(seed).fork(row),
      buckets: [8, 16, 24],
    });
  const { ids, positionIds, attend } = batchOf(1);
  expect(ids.shape).toEqual([2, 16]);
  expect([0, 1].map((row) => countTokens(attend.values.slice(row * 16, (row + 1) * 16)))).toEqual([12, 8]);
  for (const [row, { encodings }] of examples.entries())
    for (let column = 0; column < 16; column++)
      if (attend.values[row * 16 + column])
        expect(ids.values[row * 16 + column]).toBe(encodings[0]?.ids[positionIds?.values[row * 16 + column] as number]);
  expect(batchOf(1)).toEqual(batchOf(1));
  expect(batchOf(2).positionIds).not.toEqual(positionIds);
});
