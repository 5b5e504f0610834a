import {
  add,
  constant,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  multiply,
  referenceEngine,
  slice,
  sum,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { smallModel } from '../../test/small-model.ts';
import { encodeBert, familyOf, maskedCrossEntropy, predictTokens } from '../index.ts';

const engine = referenceEngine();
const { config, tensors } = smallModel({
  ...familyOf('modernbert').fresh,
  ...{ layers: 3, maximumLength: 400, localWindow: 21, width: 8, feedForwardWidth: 8 },
});

/** Two rows, the second with pads in its middle and behind. */
function rowsOf(length: number) {
  const attend = Array.from({ length: 2 * length }, (_, i) => {
    const column = i % length;
    return i < length || (column < length - 5 && (column < 40 || column > 75)) ? 1 : 0;
  });
  return {
    ids: constant(
      attend.map((real, i) => real * (1 + (((7 * i + (i * i) / 3) % 19) | 0))),
      [2, length],
      'int32',
    ),
    segments: constant(new Array(2 * length).fill(0), [2, length], 'int32'),
    attend: constant(attend, [2, length], 'bool'),
  };
}

describe('local layers in blocks', () => {
  // 96 tokens are three blocks of 32; 97 and 131 fill their last block in part, 128 whole.
  it.each([96, 97, 128, 131])('give what a mask gives, and its gradients, to 1e-5: %i tokens', (length) => {
    const inputs = rowsOf(length);
    const all = (inBlocks: boolean) => {
      const { hidden, weights } = encodeBert(tensors, inputs, config, undefined, { openLength: !inBlocks });
      const positions = constant([0, 3, length - 6, 1, 39, 76], [2, 3], 'int32');
      const logits = predictTokens(tensors, hidden, positions, config);
      const targets = constant([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
      const { loss } = maskedCrossEntropy(logits, targets, constant(new Array(6).fill(1), [2, 3]));
      return { hidden, weights: weights[1] ?? hidden, loss, slopes: gradients(loss, tensors) };
    };
    const got = evaluate(engine, { blocks: all(true), masked: all(false) });
    const blocks = new Map<string, HostTensor>(flattenTree(got.blocks));
    const masked = flattenTree(got.masked);
    expect(blocks.size).toBe(masked.length);
    for (const [path, { values }] of masked)
      expect(distance(blocks.get(path)?.values ?? [], values), path).toBeLessThan(1e-5);
  });

  it('see exactly the reach: a token ten places away changes an output, one of eleven does not', () => {
    const one = { ...config, layers: 2, globalEvery: 1000 };
    const inputs = rowsOf(131);
    const near = { ...tensors, layers: tensors.layers.slice(0, 2) };
    const slopeAt = (place: number) => {
      const { states, embeddings } = encodeBert(near, inputs, one);
      const output = states[2] ?? embeddings;
      const picked = constant(
        Array.from({ length: 131 }, (_, i) => (i === place ? 1 : 0)),
        [1, 131, 1],
      );
      // Through the second block alone, which is the local one.
      return evaluate(engine, gradients(sum(multiply(output, picked)), { before: states[1] ?? embeddings }).before);
    };
    const { values } = slopeAt(64);
    const isSeen = Array.from({ length: 131 }, (_, i) => values.slice(8 * i, 8 * i + 8).some((value) => value !== 0));
    expect(isSeen).toEqual(Array.from({ length: 131 }, (_, i) => Math.abs(i - 64) <= 10));
  });

  it('in packed rows give what each text gives alone, windows across texts too, with their gradients', () => {
    const { layers } = tensors;
    const lengths = [70, 1, 49, 3];
    const [length, whole] = [128, 123];
    const texts = Array.from({ length }, (_, i) => {
      let end = 0;
      return i < whole ? lengths.findIndex((of) => i < (end += of)) + 1 : 0;
    });
    const positions = texts.map((text, i) => i - texts.indexOf(text));
    const ids = texts.map((text, i) => (text > 0 ? 1 + ((5 * i + i * i) % 19) : 0));
    const row = (values: readonly number[], dtype: 'int32' | 'bool' = 'int32') =>
      constant(values, [1, values.length], dtype);
    const inputsOf = (from: number, count: number) => ({
      ids: row(ids.slice(from, from + count)),
      segments: row(new Array(count).fill(0)),
      attend: row(
        ids.slice(from, from + count).map((id) => Math.min(id, 1)),
        'bool',
      ),
    });
    const rows = { ...inputsOf(0, length), positionIds: row(positions), texts: row(texts) };
    const both = [false, true].map((openLength) => encodeBert(tensors, rows, config, undefined, { openLength }).hidden);
    const slopesOf = (hidden: Tensor) =>
      gradients(sum(multiply(slice(hidden, [0, 0, 0], [1, whole, 8]), slice(hidden, [0, 0, 0], [1, whole, 8]))), {
        layers,
      });
    const alone = lengths.map((count, i) => encodeBert(tensors, inputsOf(texts.indexOf(i + 1), count), config).hidden);
    const got = evaluate(engine, {
      together: both,
      alone,
      slopes: both.map(slopesOf),
      slopesAlone: gradients(
        alone.map((x) => sum(multiply(x, x))).reduce((a, b) => add(a, b)),
        { layers },
      ),
    });
    const expected = got.alone.flatMap(({ values }) => [...values]);
    for (const { values } of got.together)
      expect(distance([...values].slice(0, 8 * whole), expected)).toBeLessThan(1e-5);
    const theirs = flattenTree(got.slopesAlone);
    for (const slopes of got.slopes)
      for (const [i, [path, { values }]] of flattenTree(slopes).entries())
        expect(distance(values, theirs[i]?.[1].values ?? []), path).toBeLessThan(1e-5);
  });

  it('packed rows whose texts overlap come out as NaN; without positions, or with another visibility, they are refused', () => {
    const inputs = rowsOf(6);
    const int = (values: readonly number[]) => constant(values, [2, 6], 'int32');
    const rows = (texts: readonly number[]) => ({
      ...inputs,
      positionIds: int(new Array(12).fill(0)),
      texts: int(texts),
    });
    const spoilt = (texts: readonly number[]) => {
      const { values } = evaluate(engine, encodeBert(tensors, rows(texts), config).hidden);
      return [0, 1].map((row) => values.slice(48 * row, 48 * row + 48).every(Number.isNaN));
    };
    expect(spoilt([1, 2, 1, 2, 3, 0, 1, 1, 1, 1, 1, 1])).toEqual([true, false]);
    expect(spoilt([1, 1, 2, 2, 2, 2, 1, 1, 0, 2, 2, 2])).toEqual([false, true]);
    const fine = rows([1, 1, 2, 2, 3, 0, 1, 1, 1, 1, 1, 1]);
    expect(() => encodeBert(tensors, { ...fine, positionIds: undefined }, config)).toThrow("need 'positionIds'");
    expect(() => encodeBert(tensors, fine, config, undefined, { visible: fine.attend })).toThrow('not both');
    expect(spoilt([1, 1, 2, 2, 3, 0, 1, 1, 1, 1, 1, 1])).toEqual([false, false]);
  });
});
