import { constant, evaluate, gradients, referenceEngine } from '@cloze/backend';
import { expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { objectiveBatch, objectives, objectiveWeights, slopesApart } from '../../test/objective-fixture.ts';
import { bidirectionalGru, correctTokens, encoderConfig, initialErrorDetector, softMaskedLoss } from '../index.ts';
import { embed } from '../layers/embed.ts';

const engine = referenceEngine();
const { config, parameters, linearAt, gruAt } = objectiveWeights('softMasked');
const detector = {
  gru: { forward: gruAt('detector.gru', ''), backward: gruAt('detector.gru', '_reverse') },
  prediction: linearAt('detector.prediction'),
};
const { rows, attend } = objectiveBatch;
const batch = { ...rows('ids', 7), right: rows('right', 7).ids };

it('the GRU equals torch.nn.GRU over packed rows, both directions', () => {
  const states = bidirectionalGru(embed(parameters.embeddings, batch, config, undefined), batch.attend, detector.gru);
  const ours = evaluate(engine, states).values;
  const real = (i: number) => attend[Math.floor(i / 10)] === 1;
  const kept = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => real(i));
  // Theirs has zeros at pads.
  expect(distance(kept(ours), kept(objectives.softMasked.states ?? []))).toBeLessThan(1e-5);
});

it('loss, its parts, logits and every gradient equal PyTorch’s, to 1e-5', () => {
  const found = softMaskedLoss({ parameters, detector, config }, batch, { maskId: 4 });
  const got = evaluate(engine, {
    loss: found.loss,
    correction: found.correction.loss,
    detection: found.detectionLoss,
    logits: found.logits,
    slopes: gradients(found.loss, { parameters, detector }),
  });
  const { loss, correction = 0, detection = 0, logits } = objectives.softMasked;
  expect(distance(got.loss.values, [loss])).toBeLessThan(1e-5);
  expect(distance(got.correction.values, [correction])).toBeLessThan(1e-5);
  expect(distance(got.detection.values, [detection])).toBeLessThan(1e-5);
  const kept = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => attend[Math.floor(i / 40)] === 1);
  expect(distance(kept(got.logits.values), kept(logits))).toBeLessThan(1e-5);
  expect(slopesApart('softMasked', got.slopes)).toBeLessThan(1e-5);
});

it('a sure detector masks wholly or not at all', () => {
  const sure = (bias: number) => ({
    ...detector,
    prediction: { kernel: constant(new Float32Array(10), [10, 1]), bias: constant([bias], [1]) },
  });
  const logits = (bias: number, ids = batch.ids) =>
    evaluate(engine, correctTokens(parameters, sure(bias), { ...batch, ids }, config, { maskId: 4 }).logits).values;
  expect(logits(100)).not.toEqual(logits(-100));
  // Wholly masked, what stood there reaches the head by the residual alone: the last logits of other places do not change with it.
  const other = constant(
    Array.from(objectives.batch.ids ?? [], (id, i) => (i === 2 ? 30 : id)),
    [3, 7],
    'int32',
  );
  const [a, b] = [logits(100), logits(100, other)];
  for (let i = 0; i < 7 * 40; i++) if (Math.floor(i / 40) !== 2) expect(b[i]).toBeCloseTo(a[i] as number, 5);
  expect(b.subarray(80, 120)).not.toEqual(a.subarray(80, 120));
});

it('refuses what does not fit', () => {
  expect(() => softMaskedLoss({ parameters, detector, config }, batch, { maskId: 40 })).toThrow('maskId');
  expect(() => softMaskedLoss({ parameters, detector, config }, batch, { maskId: 4, weight: 2 })).toThrow('weight');
  expect(() => correctTokens(parameters, detector, batch, { ...config, embeddingWidth: 8 }, { maskId: 4 })).toThrow(
    'both must be as wide; got 8 and 16',
  );
  const drawn = initialErrorDetector(encoderConfig({ vocabularySize: 9, width: 12, layers: 1, heads: 2 }), {
    next: () => 0.5,
  });
  expect([
    drawn.gru.forward.input.kernel.shape,
    drawn.gru.backward.state.kernel.shape,
    drawn.prediction.kernel.shape,
  ]).toEqual([
    [12, 18],
    [6, 18],
    [12, 1],
  ]);
});
