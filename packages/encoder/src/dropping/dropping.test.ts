import { constant, evaluate, gradients, referenceEngine, rootKey } from '@cloze/backend';
import { expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { objectiveBatch, objectives, objectiveWeights, slopesApart } from '../../test/objective-fixture.ts';
import { encodeBert, encodeDropping, encoderConfig, maskedCrossEntropy, predictTokens } from '../index.ts';

const engine = referenceEngine();
const { config, parameters } = objectiveWeights('dropping');
const { rows, right } = objectiveBatch;
const inputs = rows('right', 7);
const { stay } = objectives.batch;
const dropped = {
  kept: constant(stay, [3, 4], 'int32'),
  restore: constant(
    Array.from({ length: 21 }, (_, place) => {
      const [row, column] = [Math.floor(place / 7), place % 7];
      const at = stay.slice(row * 4, row * 4 + 4).indexOf(column);
      return at < 0 ? 4 + column : at;
    }),
    [3, 7],
    'int32',
  ),
};
const all = {
  kept: constant(
    Array.from({ length: 21 }, (_, i) => i % 7),
    [3, 7],
    'int32',
  ),
  restore: constant(
    Array.from({ length: 21 }, (_, i) => i % 7),
    [3, 7],
    'int32',
  ),
};
const real = (values: ArrayLike<number>, width: number) =>
  Array.from(values).filter((_, i) => right[Math.floor(i / width)] !== 0);

it('logits, loss and every gradient equal transformers’ layers over the kept tokens and then all, to 1e-5', () => {
  const { hidden } = encodeDropping(parameters, inputs, dropped, config, { from: 0, to: 1 });
  const logits = predictTokens(parameters, hidden, 'all', config);
  const weights = constant(
    right.map((id) => (id === 0 ? 0 : 1)),
    [3, 7],
  );
  const { loss } = maskedCrossEntropy(logits, inputs.ids, weights);
  const got = evaluate(engine, { logits, loss, slopes: gradients(loss, { parameters }) });
  expect(distance(real(got.logits.values, 40), real(objectives.dropping.logits, 40))).toBeLessThan(1e-5);
  expect(distance(got.loss.values, [objectives.dropping.loss])).toBeLessThan(1e-5);
  expect(slopesApart('dropping', got.slopes)).toBeLessThan(1e-5);
});

it('with every token kept it is the whole encoder, whichever layers drop, norms behind or before', () => {
  for (const own of [config, { ...config, normPlacement: 'pre' as const }]) {
    const weights =
      own.normPlacement === 'pre'
        ? {
            ...parameters,
            finalNorm: {
              scale: constant(new Array(16).fill(1.5), [16]),
              offset: constant(new Array(16).fill(0.1), [16]),
            },
          }
        : parameters;
    const whole = evaluate(engine, encodeBert(weights, inputs, own).hidden).values;
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [0, 2],
      [1, 1],
    ] as const) {
      const got = evaluate(engine, encodeDropping(weights, inputs, all, own, { from, to }).hidden).values;
      expect(distance(real(got, 16), real(whole, 16))).toBeLessThan(1e-6);
    }
  }
});

it('draws dropout by its key, and refuses what has no such layers', () => {
  const own = { ...config, dropout: 0.3 };
  const run = (step: number) =>
    evaluate(
      engine,
      encodeDropping(
        parameters,
        inputs,
        dropped,
        own,
        { from: 0, to: 1 },
        rootKey(constant([1, step, 0], [3], 'int32')),
      ).hidden,
    ).values;
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
  expect(() => encodeDropping(parameters, inputs, dropped, config, { from: 2, to: 1 })).toThrow(
    'from (2) must be at most to (1)',
  );
  const shared = encoderConfig({ ...config, sharedLayers: true });
  expect(() => encodeDropping(parameters, inputs, dropped, shared)).toThrow('layers must have weights of their own');
});
