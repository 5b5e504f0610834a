import {
  constant,
  evaluate,
  gradients,
  type HostTensor,
  mapTree,
  referenceEngine,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { objectiveBatch, objectives, objectiveWeights, slopesApart } from '../../test/objective-fixture.ts';
import { denoisingLoss, encoderConfig, initialDenoisingDecoder } from '../index.ts';

const engine = referenceEngine();
const { config, parameters, linearAt, normAt } = objectiveWeights('denoising');
const decoder = {
  cross: [0, 1].map((layer) => {
    const at = `decoder.bert.encoder.layer.${layer}.crossattention`;
    return {
      value: linearAt(`${at}.self.value`),
      output: linearAt(`${at}.output.dense`),
      norm: normAt(`${at}.output.LayerNorm`),
    };
  }),
};
const { right, attend, rows } = objectiveBatch;
/** Every real token but the last of a row names the next one. */
const slots = Array.from({ length: 3 * 6 }, (_, i) => ({ row: Math.floor(i / 6), column: i % 6 }));
const asked = {
  targetPositions: constant(
    slots.map(({ column }) => column),
    [3, 6],
    'int32',
  ),
  targets: constant(
    slots.map(({ row, column }) => right[row * 7 + column + 1] as number),
    [3, 6],
    'int32',
  ),
  weights: constant(
    slots.map(({ row, column }) => attend[row * 7 + column + 1] as number),
    [3, 6],
  ),
};
const batch = { corrupted: rows('kept', 4), original: { ...rows('right', 7), ...asked } };
const trained = { parameters, decoder };

it('loss, logits and every gradient equal transformers’ decoder with cross-attention to one vector, to 1e-5', () => {
  const found = denoisingLoss({ ...trained, config }, batch);
  const { loss, logits, slopes } = evaluate(engine, {
    loss: found.loss,
    logits: found.logits,
    slopes: gradients(found.loss, trained),
  });
  expect(distance(loss.values, [objectives.denoising.loss])).toBeLessThan(1e-5);
  const theirs = slots.flatMap(({ row, column }) =>
    objectives.denoising.logits.slice((row * 7 + column) * 40, (row * 7 + column + 1) * 40),
  );
  expect(distance(logits.values, theirs)).toBeLessThan(1e-5);
  expect(slopesApart('denoising', slopes)).toBeLessThan(1e-5);
});

it('says nothing of the text but what the vector says: other kept tokens change every logit, later tokens none before them', () => {
  const logitsOf = (kept: Tensor, text: Tensor) => {
    const given = { corrupted: { ...batch.corrupted, ids: kept }, original: { ...batch.original, ids: text } };
    return evaluate(engine, denoisingLoss({ ...trained, config }, given).logits).values;
  };
  const plain = logitsOf(batch.corrupted.ids, batch.original.ids);
  const other = constant([2, 20, 5, 3, 2, 4, 3, 0, 2, 4, 4, 3], [3, 4], 'int32');
  const changed = logitsOf(other, batch.original.ids);
  for (let i = 0; i < 6 * 40; i++) expect(changed[i]).not.toBe(plain[i]);
  expect(changed.subarray(6 * 40)).toEqual(plain.subarray(6 * 40));
  const later = logitsOf(
    batch.corrupted.ids,
    constant(
      right.map((id, i) => (i === 5 ? 30 : id)),
      [3, 7],
      'int32',
    ),
  );
  expect(later.subarray(0, 5 * 40)).toEqual(plain.subarray(0, 5 * 40));
  expect(later.subarray(5 * 40, 6 * 40)).not.toEqual(plain.subarray(5 * 40, 6 * 40));
});

it('pools by the mean where asked, draws dropout by a key, and refuses what does not fit', () => {
  const lossOf = (options?: { pooling?: 'first' | 'mean' }, key?: ReturnType<typeof rootKey>, rate = 0) =>
    evaluate(engine, denoisingLoss({ ...trained, config: { ...config, dropout: rate } }, batch, key, options).loss)
      .values[0];
  const key = (step: number) => rootKey(constant([1, step, 0], [3], 'int32'));
  expect(lossOf({ pooling: 'mean' })).not.toBe(lossOf());
  expect(lossOf({}, key(1), 0.3)).toBe(lossOf({}, key(1), 0.3));
  expect(lossOf({}, key(1), 0.3)).not.toBe(lossOf({}, key(2), 0.3));
  expect(() => denoisingLoss({ ...trained, decoder: { cross: [] }, config }, batch)).toThrow(
    '2 layers need as many cross-attentions, got 0',
  );
  const wrong = { pooling: JSON.parse('"last"') };
  expect(() => denoisingLoss({ ...trained, config }, batch, undefined, wrong)).toThrow('pooling');
  const small = encoderConfig({ vocabularySize: 10, width: 8, layers: 3, heads: 2 });
  let state = 1;
  const random = { next: () => ((state = (state * 16807) % 2147483647), state / 2147483647) };
  const drawn = initialDenoisingDecoder(small, random);
  expect(drawn.cross.map(({ value }: { value: { kernel: HostTensor } }) => value.kernel.shape)).toEqual([
    [8, 8],
    [8, 8],
    [8, 8],
  ]);
  expect(mapTree(drawn.cross[0]?.norm ?? {}, ({ values }: HostTensor) => values[0])).toEqual({ scale: 1, offset: 0 });
});
