import {
  constant,
  type Engine,
  evaluate,
  gatherRows,
  mean,
  multiply,
  referenceEngine,
  rootKey,
  square,
  sum,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type GradientPenaltyOptions,
  gradientPenalty,
  type Objective,
  occurrenceScope,
  randomNoise,
  type Scope,
  tableScope,
} from '../index.ts';

interface Parameters {
  readonly table: Tensor;
}
interface Batch {
  readonly ids: Tensor;
}
let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const parameters = { table: constant([1, 2, 3], [3, 1]) };
const rows = (ids: number[], count: number): Batch => ({ ids: constant(ids, [count, ids.length / count], 'int32') });
/** The mean over rows of half the sum of squared embeddings: slope of an occurrence x/rows. */
const bowl: Objective<Parameters, Batch> = ({ table }, { ids }) => ({
  loss: mean(multiply(sum(square(gatherRows(table, ids)), { axes: [1, 2] }), 0.5)),
  parts: {},
});
const table = tableScope('table');
const occurrences = occurrenceScope({ table: 'table', ids: 'ids' });

describe('gradient penalty of mean ½‖x‖²', () => {
  const penalty = (options: GradientPenaltyOptions<Parameters, Batch>, batch: Batch) =>
    evaluate(engine, gradientPenalty(bowl, options)(parameters, batch, undefined).parts.gradientPenalty as Tensor)
      .values[0] as number;

  it('squares each occurrence, or the sum of a token’s occurrences in the table', () => {
    // Tokens 3 and 3 in one row: slopes 3 and 3, in the table 6.
    expect(penalty({ scope: occurrences }, rows([2, 2], 1))).toBeCloseTo(9 + 9, 5);
    expect(penalty({ scope: table }, rows([2, 2], 1))).toBeCloseTo(36, 5);
  });
  it('of the batch mean shrinks with the batch, a sample’s own does not', () => {
    const [once, twice] = [rows([0, 2, 1, 1], 2), rows([0, 2, 1, 1, 0, 2, 1, 1], 4)];
    const squares = 1 + 9 + 4 + 4;
    expect(penalty({ scope: occurrences }, once)).toBeCloseTo(squares / 4, 5);
    expect(penalty({ scope: occurrences }, twice)).toBeCloseTo(squares / 8, 5);
    expect(penalty({ scope: occurrences, per: 'sample' }, once)).toBeCloseTo(squares / 2, 5);
    expect(penalty({ scope: occurrences, per: 'sample' }, twice)).toBeCloseTo(squares / 2, 5);
  });
  it('per sample over a table is an error', () => {
    expect(() => gradientPenalty(bowl, { scope: table, per: 'sample' })).toThrow('occurrenceScope');
  });
});

describe('random noise', () => {
  const whole: Scope<Tensor, undefined> = { rows: 'batch', of: (x) => x, put: (_x, batch, x) => [x, batch] };
  const squares: Objective<Tensor, undefined> = (x) => ({ loss: mean(square(x)), parts: {} });
  const noisy = randomNoise(squares, { scope: whole, sigma: 0.5 });
  const x = constant(Array(40_000).fill(1), [100, 400]);

  it('on average adds σ²/2 times the Laplacian: x² becomes x² + σ²', () => {
    const key = rootKey(constant([4, 1, 0], [3], 'int32'));
    const [loss] = evaluate(engine, noisy(x, undefined, key).loss).values as never as [number];
    // (1 + σn)² has variance 4σ² + 2σ⁴; n = 40,000, bound 4.5 standard errors.
    expect(Math.abs(loss - 1.25)).toBeLessThan(4.5 * Math.sqrt((4 * 0.25 + 2 * 0.0625) / 40_000));
  });
  it('without a key there is none', () => {
    expect(evaluate(engine, noisy(x, undefined, undefined).loss).values[0]).toBe(1);
  });
});
