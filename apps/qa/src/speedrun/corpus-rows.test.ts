import { beforeAll, expect, it } from 'vitest';
import { batchAt, heldOutBatch, openSpeedrunCorpus, type SpeedrunCorpus, trainingBatches } from './corpus-rows.ts';
import { sideNamed, sides } from './sides.ts';

const length = 32;
let corpus: SpeedrunCorpus;
beforeAll(async () => {
  corpus = await openSpeedrunCorpus(undefined, { vocabulary: 500, length, heldOutRows: 8, texts: 400 });
});
const { recipe } = sideNamed('cloze');
const take = (seed: number, count: number, own = recipe) => {
  const batches = trainingBatches(corpus, own, seed);
  return Array.from({ length: count }, () => batches.next().value);
};

it('lays texts behind one another in full rows, held-out ones apart', () => {
  expect(corpus.rows.length % length).toBe(0);
  expect(corpus.heldOut).toHaveLength(8 * length);
  const { classify, separate, pad } = corpus.vocabulary.special;
  expect(corpus.rows[0]).toBe(classify);
  expect(corpus.rows).not.toContain(pad);
  // A text ends where the next one begins.
  for (let i = 1; i < corpus.rows.length; i++)
    if (corpus.rows[i] === classify) expect(corpus.rows[i - 1]).toBe(separate);
});

it('batches follow from the seed alone, ask as many tokens in every row, and take every row once an epoch', () => {
  expect(take(1, 3)).toEqual(take(1, 3));
  expect(take(1, 1)[0].ids).not.toEqual(take(2, 1)[0].ids);
  const rows = corpus.rows.length / length;
  const seen = new Map<string, number>();
  for (const batch of take(1, Math.floor(rows / recipe.batch))) {
    expect(batch.shape).toEqual([recipe.batch, length]);
    for (let row = 0; row < recipe.batch; row++) {
      const ids = batch.ids.slice(row * length, (row + 1) * length);
      for (let slot = row * batch.slots; slot < (row + 1) * batch.slots; slot++) {
        expect(batch.weights[slot]).toBe(1);
        ids[batch.targetPositions[slot]] = batch.targets[slot];
      }
      const key = ids.join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const all = Array.from({ length: rows }, (_, row) => corpus.rows.slice(row * length, (row + 1) * length).join());
  for (const [key, count] of seen) expect(count).toBeLessThanOrEqual(all.filter((row) => row === key).length);
});

it('judges every side by the same tokens, and ramps the batch where asked', () => {
  expect(heldOutBatch(corpus)).toEqual(heldOutBatch(corpus));
  const ramped = { ...recipe, steps: 10, batch: 16, ramp: [{ until: 0.3, batch: 8 }] };
  expect([1, 3, 4, 10].map((step) => batchAt(ramped, step))).toEqual([8, 8, 16, 16]);
  expect(take(1, 4, ramped).map(({ shape }) => shape[0])).toEqual([8, 8, 8, 16]);
  expect(new Set(sides.map(({ name }) => name)).size).toBe(sides.length);
  // `--sides` has commas between names.
  for (const { name } of sides) expect(name).not.toContain(',');
  expect(() => sideNamed('cloz')).toThrow("there is no side 'cloz'; there are 'run_mlm'");
});
