import { constant, evaluate, referenceEngine, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { architectures, distance } from '../../test/architecture-fixture.ts';
import { smallModel, tokens } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { encoderConfig } from '../config/encoder-config.ts';
import { encode } from '../families/families.ts';
import { causal } from '../visible/causal.ts';
import { distanceBucket } from './distance-bucket.ts';

const engine = referenceEngine();
const { config, tensors } = smallModel({ ...typicalConfig('deberta'), vocabularySize: 20, distanceBuckets: 4 });
const hiddenOf = (ids: readonly number[], positions?: Tensor, options = {}) => {
  const rows = { ...tokens(ids), ...(positions && { positionIds: positions }) };
  return evaluate(engine, encode('deberta', tensors, rows, config, undefined, options).hidden).values;
};
const ids = [2, 7, 9, 3, 11, 5, 8, 14, 6];
const places = (values: readonly number[]) => constant(values, [1, values.length], 'int32');

describe('buckets of distances', () => {
  it.each(architectures.buckets)(
    '%i to a side, up to %i, are transformers’ own in float32',
    (buckets, longest, theirs) => {
      const sizes = { vocabularySize: 2, width: 8, layers: 1, heads: 1, maximumLength: longest };
      const of = encoderConfig({ ...sizes, positionKind: 'disentangled', distanceBuckets: buckets });
      expect(theirs.map((_, apart) => distanceBucket(apart, of))).toEqual(theirs);
      expect(theirs.map((_, apart) => -distanceBucket(-apart, of) + 0)).toEqual(theirs);
    },
  );
});

describe('disentangled attention', () => {
  it('with positions given as they stand, or its length left open, is the same to 1e-6', () => {
    const plain = hiddenOf(ids);
    expect(distance(hiddenOf(ids, places(ids.map((_, i) => i))), plain)).toBeLessThan(1e-6);
    expect(distance(hiddenOf(ids, undefined, { openLength: true }), plain)).toBeLessThan(1e-6);
    // Only distances count.
    expect(distance(hiddenOf(ids, places(ids.map((_, i) => i + 3))), plain)).toBeLessThan(1e-6);
  });

  it('follows positions, not the order of the row: reversed tokens at reversed positions give reversed vectors', () => {
    const back = hiddenOf([...ids].reverse(), places(ids.map((_, i) => ids.length - 1 - i)));
    const rows = Array.from({ length: ids.length }, (_, i) => back.slice(16 * i, 16 * i + 16));
    expect(
      distance(
        rows.reverse().flatMap((row) => [...row]),
        hiddenOf(ids),
      ),
    ).toBeLessThan(1e-6);
    expect(distance(hiddenOf([...ids].reverse()), back)).toBeGreaterThan(1e-2);
  });

  it('tells far tokens by their bucket alone', () => {
    // Buckets to a side: 0, 1, 2 and, from the logarithm, 3 for all that is farther.
    const one = hiddenOf([2, 7], places([0, 9]));
    expect(distance(hiddenOf([2, 7], places([0, 10])), one)).toBe(0);
    expect(distance(hiddenOf([2, 7], places([0, 1])), one)).toBeGreaterThan(1e-3);
  });

  it('a position outside the table is refused', () => {
    expect(() => hiddenOf([2, 7], places([0, 12]))).toThrow('index 1 is 12, the rows are 0 to 11');
  });

  it('refuses what it lacks, and another visibility beside a convolution', () => {
    const { distances: _none, ...without } = tensors;
    expect(() => encode('deberta', without, tokens(ids), config)).toThrow("needs 'distances'");
    const own = smallModel({ ...typicalConfig('deberta'), vocabularySize: 20, convolution: 3 });
    const visible = causal(tokens(ids).attend);
    expect(() => encode('deberta', own.tensors, tokens(ids), own.config, undefined, { visible })).toThrow(
      'takes no other visibility',
    );
  });

  it('a convolution at a token sees its neighbours’ embeddings, and padding as zero', () => {
    const { config: convolved, tensors: weights } = smallModel({
      ...typicalConfig('deberta'),
      vocabularySize: 20,
      layers: 1,
      convolution: 3,
    });
    const of = (row: readonly number[]) =>
      evaluate(engine, encode('deberta', weights, tokens(row), convolved).hidden).values;
    // The same row with pads behind it.
    expect(distance(of([2, 7, 9, 0, 0]).slice(0, 48), of([2, 7, 9]))).toBeLessThan(1e-6);
    expect([...of([2, 7, 9, 0, 0]).slice(48)].every((value) => value === 0)).toBe(true);
  });
});

describe('a config of disentangled positions', () => {
  it.each([
    [{ distanceBuckets: 1 }, 'distanceBuckets must be 0, or at least 2'],
    [{ distanceBuckets: 24 }, 'longestDistance (12) must be above distanceBuckets / 2 + 1 (13)'],
    [{ convolution: 2 }, 'convolution must be an odd number, got 2'],
    [{ attentionKind: 'random' as const }, "attentionKind 'random' has none"],
  ])('%j is refused', (own, problem) => {
    const sizes = { vocabularySize: 20, width: 16, layers: 1, heads: 2, maximumLength: 12 };
    expect(() => encoderConfig({ ...sizes, positionKind: 'disentangled', ...own })).toThrow(problem);
  });
});
