import { constant, evaluate, referenceEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { predictTokens } from './predict-tokens.ts';

const engine = referenceEngine();
const table = [
  [1, 0],
  [0, 2],
  [-1, 1],
] as const;
const parameters = {
  embeddings: { tokenTable: constant(table.flat(), [3, 2]) },
  languageModel: {
    transform: { kernel: constant([1, -2, 0.5, 1], [2, 2]), bias: constant([0.1, 0.2], [2]) },
    norm: { scale: constant([2, 3], [2]), offset: constant([0.5, -0.5], [2]) },
    bias: constant([0, 1, 2], [3]),
  },
};
const [x, y] = [0.7, -0.3];
const hidden = constant([9, 9, x, y], [1, 2, 2]);
const at1 = constant([1], [1, 1], 'int32');

/** The head written out for two features: dense, curve, norm, table. */
function expected(curve: (v: number) => number, epsilon: number): number[] {
  const [a, b] = [curve(x + 0.5 * y + 0.1), curve(-2 * x + y + 0.2)];
  const mean = (a + b) / 2;
  const deviation = Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2) / 2 + epsilon);
  const [p, q] = [(2 * (a - mean)) / deviation + 0.5, (3 * (b - mean)) / deviation - 0.5];
  return table.map(([u, v], i) => u * p + v * q + i);
}
const relu = (v: number) => Math.max(0, v);
const silu = (v: number) => v / (1 + Math.exp(-v));

describe('predictTokens', () => {
  it.each([
    ['the curve and ε of the blocks', { activation: 'relu', normEpsilon: 0.3 }, expected(relu, 0.3)],
    ['an ε of its own', { activation: 'relu', normEpsilon: 0.3, headNormEpsilon: 0.05 }, expected(relu, 0.05)],
    ['a curve of its own', { activation: 'relu', headActivation: 'silu', normEpsilon: 0.3 }, expected(silu, 0.3)],
  ] as const)('takes %s', (_what, config, logits) => {
    const { values, shape } = evaluate(engine, predictTokens(parameters, hidden, at1, config));
    expect(shape).toEqual([1, 1, 3]);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(logits[i] as number, 5);
  });
});
