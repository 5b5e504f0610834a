import {
  constant,
  type Engine,
  evaluate,
  fill,
  mean,
  referenceEngine,
  rootKey,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelSmoothing, type Objective, objectiveOf, randomReplacement, weightedMean } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});

describe('label smoothing', () => {
  const plain = objectiveOf<Tensor, Tensor, Tensor>(
    (z) => z,
    (z, labels) => mean(sparseCrossEntropy(z, labels)),
  );
  const loss = (z: readonly number[], options: Parameters<typeof labelSmoothing<Tensor, Tensor, Tensor>>[1]) =>
    evaluate(
      engine,
      labelSmoothing(plain, options)(constant(z, [1, z.length]), constant([0], [1], 'int32'), undefined).loss,
    ).values[0] as number;

  it('of uniform logits is ln K, of whichever ε', () => {
    for (const epsilon of [0.1, 0.5, 1]) expect(loss([0, 0, 0, 0], { epsilon })).toBeCloseTo(Math.log(4), 6);
  });
  it('the others get ε/(K − 1) each', () => {
    const log = [2, 1, 0, 0].map((x) => x - Math.log(Math.exp(2) + Math.exp(1) + 2));
    const expected = -(0.7 * (log[0] as number) + 0.1 * ((log[1] as number) + (log[2] as number) + (log[3] as number)));
    expect(loss([2, 1, 0, 0], { epsilon: 0.3, over: 'others' })).toBeCloseTo(expected, 5);
  });
  it('tokens without weight do not count', () => {
    const tokens = constant([2, 1, 0, 0, 9, 9], [1, 2, 3]);
    const weights = () => constant([1, 0], [1, 2]);
    const weighted = objectiveOf<Tensor, Tensor, Tensor>(
      (z) => z,
      (z, labels) => weightedMean(sparseCrossEntropy(z, labels), weights()),
    );
    const { parts } = labelSmoothing(weighted, { weights })(tokens, constant([0, 0], [1, 2], 'int32'), undefined);
    const log = [2, 1, 0].map((x) => x - Math.log(Math.exp(2) + Math.exp(1) + 1));
    const uniform = -log.reduce((a, b) => a + b) / 3;
    expect(evaluate(engine, parts.uniformCrossEntropy as Tensor).values[0]).toBeCloseTo(uniform, 5);
  });
  it('refuses ε above 1', () => {
    expect(() => labelSmoothing(plain, { epsilon: 1.2 })).toThrow('epsilon must be ≥ 0 and ≤ 1, got 1.2');
  });
});

describe('random replacement', () => {
  const [rows, length] = [400, 12];
  // Ids tell row and column; columns 0 to 3 are the source, 4 to 10 the target, 11 a pad.
  const ids = Int32Array.from({ length: rows * length }, (_, i) => i);
  const target = Uint8Array.from(ids, (i) => (i % length >= 4 && i % length < 11 ? 1 : 0));
  const batch = { ids: constant(ids, [rows, length], 'int32'), target: constant(target, [rows, length], 'bool') };
  const seen: Objective<undefined, typeof batch> = (_parameters, given) => ({
    loss: fill([], 0),
    parts: {},
    output: given.ids,
  });
  const read = (options: { rate?: number; rows?: number }, key = rootKey(constant([8, 1, 0], [3], 'int32'))) =>
    evaluate(
      engine,
      randomReplacement(seen, { ids: 'ids', target: (b) => b.target, ...options })(undefined, batch, key)
        .output as Tensor,
    ).values;

  it('touches half the rows, 30 % of their target tokens, never anything else', () => {
    const out = read({});
    const changed = [...out].map((id, i) => (id === i ? 0 : 1));
    const touchedRows = Array.from({ length: rows }, (_, row) =>
      Math.max(...changed.slice(row * length, (row + 1) * length)),
    );
    expect(changed.filter((c, i) => c && !target[i])).toEqual([]);
    // A drawn token is the old one in 1 of 7 cases, so a token is seen to change with 0.3·6/7. n = 400 rows, 2,800 tokens.
    const shown = (0.3 * 6) / 7;
    const rowRate = 0.5 * (1 - (1 - shown) ** 7);
    const share = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(Math.abs(share(touchedRows) / rows - rowRate)).toBeLessThan(
      4.5 * Math.sqrt((rowRate * (1 - rowRate)) / rows),
    );
    const mean = 0.5 * shown;
    // Tokens of a row share its coin: variance of a row's count is 7·s(1 − s)/2 + 49·s²/4.
    const error = Math.sqrt((7 * shown * (1 - shown) * 0.5 + 49 * shown ** 2 * 0.25) / rows) / 7;
    expect(Math.abs(share(changed) / (rows * 7) - mean)).toBeLessThan(4.5 * error);
  });
  it('draws from the same target, every place alike', () => {
    const out = read({ rate: 1, rows: 1 });
    const places = Array(length).fill(0) as number[];
    for (const [i, id] of out.entries()) {
      if (!target[i]) continue;
      expect(Math.floor(id / length)).toBe(Math.floor(i / length));
      places[id % length] = (places[id % length] as number) + 1;
    }
    expect([places[0], places[3], places[11]]).toEqual([0, 0, 0]);
    const chi = places.slice(4, 11).reduce((sum, n) => sum + (n - rows) ** 2 / rows, 0);
    // χ² with 6 degrees of freedom over n = 2,800 draws: above 27.9 with probability 1e-4.
    expect(chi).toBeLessThan(27.9);
  });
  it('leaves rows without a target, and everything without a key', () => {
    const none = { ...batch, target: constant(new Uint8Array(ids.length), [rows, length], 'bool') };
    const run = (b: typeof batch, key: Parameters<typeof seen>[2]) => [
      ...evaluate(
        engine,
        randomReplacement(seen, { ids: 'ids', target: (x) => x.target, rate: 1, rows: 1 })(undefined, b, key)
          .output as Tensor,
      ).values,
    ];
    expect(run(none, rootKey(constant([8, 1, 0], [3], 'int32')))).toEqual([...ids]);
    expect(run(batch, undefined)).toEqual([...ids]);
  });
  it('refuses rates above 1 and an unknown path, all problems at once', () => {
    expect(() => read({ rate: 2, rows: -1 })).toThrow(
      'rate must be ≥ 0 and ≤ 1, got 2; rows must be ≥ 0 and ≤ 1, got -1',
    );
    expect(() =>
      randomReplacement(seen, { ids: 'inputs', target: (b) => b.target })(
        undefined,
        batch,
        rootKey(constant([1, 1, 0], [3], 'int32')),
      ),
    ).toThrow("there is no 'inputs'; did you mean ids");
  });
});
