import {
  constant,
  type Engine,
  evaluate,
  gradients,
  multiply,
  referenceEngine,
  rootKey,
  square,
  sum,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { fgm, fgsm, type Objective, occurrenceScope, type PgdOptions, pgd, type Scope, tableScope } from '../index.ts';

interface Parameters {
  readonly x: Tensor;
}
const scope: Scope<Parameters, undefined> = {
  rows: 'batch',
  of: ({ x }) => x,
  put: (_parameters, batch, x) => [{ x }, batch],
};
const slope = [3, -4, 0, 12, 5, 0];
/** A plane: its slope is the same everywhere, so every attack has a closed form. */
const plane: Objective<Parameters, undefined> = ({ x }) => ({
  loss: sum(multiply(x, constant(slope, [2, 3]))),
  parts: {},
});
const origin = { x: constant(Array(6).fill(0), [2, 3]) };

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const lossOf = (objective: Objective<Parameters, undefined>, parameters = origin) =>
  evaluate(engine, objective(parameters, undefined, undefined).loss).values[0] as number;
const norm = (values: readonly number[]) => Math.hypot(...values);

describe('on a plane, from 0', () => {
  it('FGM rises by ε·‖g‖; per sample by ε·Σ‖g_i‖', () => {
    expect(lossOf(fgm(plane, { scope, epsilon: 0.5 }))).toBeCloseTo(0.5 * norm(slope), 5);
    expect(lossOf(fgm(plane, { scope, epsilon: 0.5, norm: 'perSample' }))).toBeCloseTo(0.5 * (5 + 13), 5);
  });
  it('FGSM rises by ε·Σ|g|', () => {
    expect(lossOf(fgsm(plane, { scope, epsilon: 0.5 }))).toBeCloseTo(0.5 * 24, 5);
  });
  it('PGD goes K·α far, but not out of the ball', () => {
    expect(lossOf(pgd(plane, { scope, epsilon: 10, stepSize: 0.3 }))).toBeCloseTo(0.9 * norm(slope), 5);
    expect(lossOf(pgd(plane, { scope, epsilon: 0.5, stepSize: 0.3 }))).toBeCloseTo(0.5 * norm(slope), 5);
    expect(lossOf(pgd(plane, { scope, epsilon: 0.5, stepSize: 0.3, norm: 'perSample' }))).toBeCloseTo(0.5 * 18, 5);
    expect(lossOf(pgd(plane, { scope, epsilon: 0.5, stepSize: 0.3, ball: 'max' }))).toBeCloseTo(0.5 * 24, 5);
  });
  it('the sum is the plain loss and the adversarial one; both are logged', () => {
    const point = { x: constant([1, 1, 1, 1, 1, 1], [2, 3]) };
    const { loss, parts } = evaluate(engine, fgm(plane, { scope, minimise: 'sum' })(point, undefined, undefined));
    expect(loss.values[0]).toBeCloseTo(16 + 16 + 0.5 * norm(slope), 4);
    expect(parts.cleanLoss?.values[0]).toBe(16);
    expect(parts.adversarialLoss?.values[0]).toBeCloseTo(16 + 0.5 * norm(slope), 4);
  });
  it('the optimiser sees the gradient at the perturbed point alone', () => {
    const bowl: Objective<Parameters, undefined> = ({ x }) => ({ loss: multiply(sum(square(x)), 0.5), parts: {} });
    const point = { x: constant([3, 4], [1, 2]) };
    const { loss } = fgm(bowl, { scope, epsilon: 0.5 })(point, undefined, undefined);
    // ∂/∂x ½‖x‖² at x + 0.5·x/‖x‖.
    const [a, b] = evaluate(engine, gradients(loss, point.x)).values;
    expect(a).toBeCloseTo(3.3, 5);
    expect(b).toBeCloseTo(4.4, 5);
  });
  it('other parts are those of the plain pass', () => {
    const named: typeof plane = (...operands) => {
      const { loss } = plane(...operands);
      return { loss, parts: { plainLoss: loss } };
    };
    const { parts } = fgm(named, { scope, epsilon: 0.5 })(
      { x: constant([1, 1, 1, 1, 1, 1], [2, 3]) },
      undefined,
      undefined,
    );
    expect(evaluate(engine, parts).plainLoss?.values[0]).toBe(16);
  });
  it('where the slope is zero nothing moves and nothing is NaN', () => {
    const flat: Objective<Parameters, undefined> = ({ x }) => ({ loss: sum(multiply(square(x), x)), parts: {} });
    for (const attack of [fgm, fgsm, pgd]) expect(lossOf(attack(flat, { scope }))).toBe(0);
    for (const attack of [fgm, pgd]) expect(lossOf(attack(flat, { scope, norm: 'perSample' }))).toBe(0);
  });
});

describe('PGD from a random start', () => {
  const key = rootKey(constant([3, 1, 0], [3], 'int32'));
  /** Every point and key the objective is evaluated with. */
  const visited = (options: Partial<PgdOptions<Parameters, undefined>>) => {
    const points: Tensor[] = [];
    const sites: (number | undefined)[] = [];
    const watched: typeof plane = (parameters, batch, given) => {
      points.push(parameters.x);
      sites.push(given?.site);
      return plane(parameters, batch, given);
    };
    pgd(watched, { scope, start: 'uniform', ...options })(origin, undefined, key);
    return { points: evaluate(engine, points).map(({ values }) => [...values]), sites };
  };
  it('never leaves the ball, not at its start either', () => {
    const { points } = visited({ epsilon: 0.5, stepSize: 0.01 });
    expect(points.length).toBe(4);
    for (const point of points) expect(norm(point)).toBeLessThan(0.5 + 1e-6);
    expect(norm(points[0] as number[])).toBeGreaterThan(0.1);
  });
  it('has its own dropout at every pass if asked', () => {
    const { sites } = visited({ dropout: 'fresh', minimise: 'sum' });
    expect(sites.length).toBe(5);
    expect(sites[0]).toBe(key.site);
    expect(new Set(sites).size).toBe(5);
    expect(new Set(visited({ minimise: 'sum' }).sites).size).toBe(1);
  });
});

describe('scopes', () => {
  interface Words {
    readonly embeddings: { readonly tokenTable: Tensor; readonly output?: Tensor };
  }
  const words: Words = { embeddings: { tokenTable: constant([1, 2, 3, 4, 5, 6], [3, 2]) } };
  const batch = { ids: constant([1, 1, 2], [1, 3], 'int32') };

  it('occurrences are put where the model looks them up; the table is left', () => {
    const { of, put } = occurrenceScope({ table: 'embeddings/tokenTable', ids: 'ids', tied: 'embeddings/output' });
    const x = of(words, batch);
    const [parameters, numbered] = put(words, batch, x);
    const found = evaluate(engine, { x, table: parameters.embeddings.tokenTable, ids: numbered.ids });
    expect([found.x.shape, [...found.x.values]]).toEqual([
      [1, 3, 2],
      [3, 4, 3, 4, 5, 6],
    ]);
    expect([found.table.shape, [...found.ids.values]]).toEqual([
      [3, 2],
      [0, 1, 2],
    ]);
    expect(parameters.embeddings.output).toBe(words.embeddings.tokenTable);
    expect(words.embeddings.output).toBeUndefined();
  });
  it('an unknown path is an error that lists known ones', () => {
    expect(() => tableScope('words').of(words, batch)).toThrow(
      "tableScope: there is no 'words'; did you mean embeddings/tokenTable?",
    );
    expect(() => occurrenceScope({ table: 'embeddings/tokenTable', ids: 'id' }).of(words, batch)).toThrow('ids');
  });
  it('a norm a sample over a table is an error', () => {
    const table = tableScope('x');
    for (const attack of [fgm, pgd])
      expect(() => attack(plane, { scope: table, norm: 'perSample' })).toThrow('occurrenceScope');
  });
  it('a random start needs a key; steps are whole', () => {
    expect(() => lossOf(pgd(plane, { scope, start: 'uniform' }))).toThrow('needs a key');
    expect(() => pgd(plane, { scope, steps: 1.5 })).toThrow('steps must be an integer, got 1.5');
    expect(() => pgd(plane, { scope, stepSize: 0 })).toThrow('stepSize must be > 0, got 0');
  });
  it('the same attack twice cannot hide one of its parts', () => {
    expect(() => lossOf(fgm(fgm(plane, { scope }), { scope }))).toThrow("already a part 'adversarialLoss'");
  });
});
