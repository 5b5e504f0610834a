import {
  constant,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  multiply,
  referenceEngine,
  sum,
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
});
