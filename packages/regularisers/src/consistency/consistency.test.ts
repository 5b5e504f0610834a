import {
  add,
  cast,
  constant,
  dropout,
  type Engine,
  evaluate,
  fill,
  gradients,
  type Key,
  mean,
  referenceEngine,
  rootKey,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  consistency,
  duplicateRows,
  type Model,
  type Objective,
  objectiveOf,
  rDrop,
  type Scope,
  virtualAdversarial,
  weightedMean,
} from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const keyOf = (step: number, row = 0) => rootKey(constant([3, step, row], [3], 'int32'));
const numbers = (x: Tensor) => [...evaluate(engine, x).values];

describe('R-Drop', () => {
  /** A model whose two passes are two parameters: gradients show which side they reach. */
  const sides = () => {
    let call = 0;
    const model: Model<readonly Tensor[], undefined> = (parameters) => parameters[call++ % 2] as Tensor;
    return objectiveOf<readonly Tensor[], undefined, Tensor>(model, () => fill([], 0));
  };
  const parameters = [constant([2, 0, -1], [1, 3]), constant([0, 1, 1], [1, 3])] as const;
  const softmax = (z: readonly number[]) => {
    const total = z.reduce((sum, x) => sum + Math.exp(x), 0);
    return z.map((x) => Math.exp(x) / total);
  };
  const [p, q] = [softmax([2, 0, -1]), softmax([0, 1, 1])] as const;
  const kl = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, i) => sum + x * Math.log(x / (b[i] as number)), 0);

  it('is α/4·[KL(p‖q) + KL(q‖p)] of the published mean over 2N rows, twice that in the paper', () => {
    const loss = (scaling: 'halved' | 'paper') =>
      numbers(rDrop(sides(), { alpha: 4, scaling })(parameters, undefined, undefined).loss)[0];
    expect(loss('halved')).toBeCloseTo(kl(p, q) + kl(q, p), 5);
    expect(loss('paper')).toBeCloseTo(2 * (kl(p, q) + kl(q, p)), 5);
  });
  it('sees what cross-entropy does not: [.5, .2, .3] and [.5, .3, .2] differ only in classes that are not the label', () => {
    const pair = [
      [0.5, 0.2, 0.3],
      [0.5, 0.3, 0.2],
    ].map((x) => constant(x.map(Math.log), [1, 3]));
    const [a, b] = pair.map((z) => numbers(sparseCrossEntropy(z, constant([0], [1], 'int32')))[0]);
    expect(a).toBe(b);
    const [loss] = numbers(rDrop(sides(), { alpha: 4 })(pair, undefined, undefined).loss) as [number];
    expect(loss).toBeCloseTo(2 * 0.1 * Math.log(0.3 / 0.2), 5);
  });
  it.each(['kl', 'js', 'squared'] as const)('gradients of %s flow to both sides', (divergence) => {
    const { loss } = rDrop(sides(), { divergence })(parameters, undefined, undefined);
    for (const slope of evaluate(engine, gradients(loss, parameters)))
      expect(Math.max(...slope.values.map(Math.abs))).toBeGreaterThan(0.05);
  });
  it('a divergence of one direction is taken both ways', () => {
    const oneWay = (a: Tensor, b: Tensor) => mean(add(a, add(b, b)), { axes: -1 });
    const [loss] = numbers(rDrop(sides(), { alpha: 2, divergence: oneWay })(parameters, undefined, undefined).loss) as [
      number,
    ];
    expect(loss).toBeCloseTo((3 / 2) * (1 / 3 + 2 / 3), 5);
    expect(() => rDrop(sides(), { divergence: 'KL' as 'kl' })).toThrow(
      "must be kl | js | squared or a function, got 'KL'",
    );
  });

  const noisy: Model<Tensor, { x: Tensor; y: Tensor }> = (w, { x }, key) => dropout(add(x, w), { rate: 0.5, key });
  const objective = objectiveOf<Tensor, { x: Tensor; y: Tensor }, Tensor>(noisy, (z, { y }) =>
    mean(sparseCrossEntropy(z, y)),
  );
  const w = constant([0.3, -0.2, 0.1]);
  const batch = (rows: number) => ({
    x: constant(
      Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * 1.7)),
      [rows, 3],
    ),
    y: constant(Array(rows).fill(1), [rows], 'int32'),
  });
  it.each(['separate', 'interleaved', 'concatenated'] as const)(
    '%s passes: a scalar of the batch is not doubled',
    (arrangement) => {
      const fed = { ...batch(4), alpha: fill([], 2) };
      const loss = (alpha: number | ((b: typeof fed) => Tensor)) =>
        numbers(rDrop<Tensor, typeof fed, Tensor>(objective, { alpha, arrangement })(w, fed, keyOf(1)).loss);
      expect(loss(({ alpha }) => alpha)).toEqual(loss(2));
    },
  );
  it('interleaved dropout belongs to the row: a batch in two pieces has the same loss as the whole', () => {
    const interleaved = rDrop(objective, { arrangement: 'interleaved' });
    const [whole] = numbers(interleaved(w, batch(4), keyOf(1)).loss) as [number];
    const { x, y } = batch(4);
    const piece = (row: number) => {
      const values = [...evaluate(engine, x).values].slice(row * 3, row * 3 + 6);
      const part = { x: constant(values, [2, 3]), y: constant([1, 1], [2], 'int32') };
      return numbers(interleaved(w, part, keyOf(1, row)).loss)[0] as number;
    };
    expect(y.shape).toEqual([4]);
    expect((piece(0) + piece(2)) / 2).toBeCloseTo(whole, 5);
  });
  it('token-level divergence is a mean over target tokens: longer padding changes nothing', () => {
    const z = (pads: number) =>
      [1, 2].map((k) =>
        constant(
          Array.from({ length: (2 + pads) * 3 }, (_, i) => Math.sin(k * (i + 1))),
          [1, 2 + pads, 3],
        ),
      );
    const loss = (pads: number) => {
      const mask = constant([1, 1, ...Array(pads).fill(0)], [1, 2 + pads], 'bool');
      return numbers(rDrop(sides(), { weights: () => cast(mask, 'float32') })(z(pads), undefined, undefined).loss)[0];
    };
    expect(loss(3)).toBeCloseTo(loss(0) as number, 6);
  });
  it('parts are averaged over both passes', () => {
    let call = 0;
    const counted: Objective<Tensor, undefined, Tensor> = (z) => ({
      loss: fill([], 0),
      parts: { calls: fill([], ++call) },
      output: z,
    });
    const { parts } = rDrop(counted)(constant([1, 2], [1, 2]), undefined, undefined);
    expect(numbers(parts.calls as Tensor)).toEqual([1.5]);
  });
  it('separate passes of a doubled batch, and an odd one, are errors', () => {
    expect(() => rDrop(objective, { doubled: true })(w, batch(4), keyOf(1))).toThrow(
      "arrangement must be 'interleaved' or",
    );
    expect(() => rDrop(objective, { doubled: true, arrangement: 'interleaved' })(w, batch(3), keyOf(1))).toThrow(
      'got 3 rows',
    );
  });
  it('the halves of a concatenated batch are not neighbours: the wrong arrangement compares different rows', () => {
    const doubled = duplicateRows(batch(4), 'concatenated');
    const divergence = (arrangement: 'interleaved' | 'concatenated') =>
      numbers(rDrop(objective, { doubled: true, arrangement })(w, doubled, undefined).parts.divergence as Tensor)[0];
    expect(divergence('concatenated')).toBe(0);
    expect(divergence('interleaved')).toBeGreaterThan(0.01);
  });
  it("takes a task's output, and another part of it where it is told", () => {
    const task: Objective<Tensor, undefined, { logits: Tensor; tokens: Tensor }> = (z, _batch, key) => ({
      loss: fill([], 0),
      parts: {},
      output: { logits: dropout(z, { rate: 0.5, key }), tokens: z },
    });
    const divergence = (objective: typeof task) =>
      numbers(objective(w, undefined, keyOf(1)).parts.divergence as Tensor)[0];
    expect(divergence(rDrop(task, { divergence: 'squared' }))).toBeGreaterThan(0);
    expect(divergence(rDrop(task, { divergence: 'squared', logits: ({ tokens }) => tokens }))).toBe(0);
  });
  it('an output without logits does not compile, and is refused where nothing was compiled', () => {
    const record: Objective<Tensor, undefined, { z: Tensor }> = (z) => ({
      loss: fill([], 0),
      parts: {},
      output: { z },
    });
    // @ts-expect-error
    expect(() => rDrop(record)(w, undefined, undefined)).toThrow("holds no 'logits'");
    expect(() =>
      rDrop<Tensor, undefined, Tensor>(() => ({ loss: fill([], 0), parts: {} }))(w, undefined, undefined),
    ).toThrow('objectiveOf');
  });
});

describe('weights of unlabelled rows', () => {
  /** Rows whose two copies, or whose teacher and student, are as far apart as the weights tell. */
  const rows = constant([2, 0, 0, 0, 1, 5], [2, 3]);
  const first = { weights: constant([1, 0]) };

  it.each(['separate', 'interleaved', 'concatenated'] as const)(
    'consistency takes those of the batch, %s',
    (arrangement) => {
      const noisy: Model<Tensor, { weights: Tensor }> = (w, { weights }, key) => {
        const all = weights.shape[0] === 2 ? w : duplicateRows(w, arrangement as 'interleaved');
        return dropout(all, { rate: 0.5, key });
      };
      const apart = (weights: number[], doubled = false) => {
        const batch = { weights: constant(weights, [2]) };
        const given = doubled ? duplicateRows(batch, arrangement as 'interleaved') : batch;
        return numbers(
          consistency(noisy, { arrangement, doubled, weights: (b) => b.weights })(rows, given, keyOf(5)).loss,
        )[0] as number;
      };
      const [both, one, other] = [
        [1, 1],
        [1, 0],
        [0, 1],
      ].map((weights) => apart(weights)) as [number, number, number];
      expect(one).not.toBeCloseTo(other, 2);
      expect(both).toBeCloseTo((one + other) / 2, 5);
      expect(apart([3, 1])).toBeCloseTo((3 * one + other) / 4, 5);
      if (arrangement === 'separate') return;
      const [twice, twiceOne] = [apart([3, 1], true), apart([1, 0], true)];
      expect(twice).toBeCloseTo((3 * twiceOne + apart([0, 1], true)) / 4, 5);
    },
  );
  it('VAT averages over rows with weight', () => {
    const whole: Scope<Tensor, typeof first> = { rows: 'batch', of: (x) => x, put: (_x, batch, x) => [x, batch] };
    const loss = (weights?: (b: typeof first) => Tensor, x = rows) =>
      numbers(
        virtualAdversarial((z: Tensor, _batch: typeof first) => z, {
          scope: whole,
          norm: 'perSample',
          xi: 0.1,
          epsilon: 0.5,
          iterations: 0,
          ...(weights ? { weights } : {}),
        })(x, first, keyOf(1)).loss,
      )[0] as number;
    const alone = loss(undefined, constant([2, 0, 0], [1, 3]));
    expect(loss(({ weights }) => weights)).toBeCloseTo(alone, 5);
    expect(loss()).not.toBeCloseTo(alone, 3);
  });
});

describe('VAT', () => {
  /** Student and teacher apart: without a key (the teacher, when students have dropout) the model reads another parameter. */
  interface Sides {
    readonly student: Tensor;
    readonly teacher: Tensor;
  }
  const model = ({ student, teacher }: Sides, _batch: undefined, key: Key | undefined) => (key ? student : teacher);
  const scope: Scope<Sides, undefined> = {
    rows: 'batch',
    of: ({ student }) => student,
    put: (sides, batch, student) => [{ ...sides, student }, batch],
  };
  const sides = { student: constant([1, 0, 0, 1], [2, 2]), teacher: constant([0.5, 0, 0, 2], [2, 2]) };

  it('no gradient reaches the teacher, unless it is attached', () => {
    const slope = (teacher: 'attached' | 'detached') =>
      numbers(gradients(virtualAdversarial(model, { scope, teacher })(sides, undefined, keyOf(1)).loss, sides.teacher));
    expect(slope('detached').map(Math.abs)).toEqual([0, 0, 0, 0]);
    expect(Math.max(...slope('attached').map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('power iteration finds the direction of most curvature: ½ε²·λ, λ the largest eigenvalue of diag(p) − ppᵀ', () => {
    const z = [1, 0.2, -0.5];
    const total = z.reduce((sum, x) => sum + Math.exp(x), 0);
    const p = z.map((x) => Math.exp(x) / total);
    let v = [1, 0.3, -0.7];
    let eigenvalue = 0;
    for (let i = 0; i < 200; i++) {
      const inner = v.reduce((sum, x, j) => sum + x * (p[j] as number), 0);
      const next = v.map((x, j) => (p[j] as number) * (x - inner));
      eigenvalue = Math.hypot(...next);
      v = next.map((x) => x / eigenvalue);
    }
    const logits: Scope<Tensor, undefined> = { rows: 'batch', of: (x) => x, put: (_x, batch, x) => [x, batch] };
    const loss = (iterations: number) =>
      numbers(
        virtualAdversarial((x: Tensor, _batch: undefined) => x, {
          scope: logits,
          norm: 'perSample',
          xi: 0.1,
          epsilon: 0.05,
          iterations,
        })(constant(z, [1, 3]), undefined, keyOf(2)).loss,
      )[0] as number;
    const best = 0.5 * 0.05 ** 2 * eigenvalue;
    expect(loss(12) / best).toBeGreaterThan(0.95);
    expect(loss(12) / best).toBeLessThan(1.05);
    expect(loss(0)).toBeLessThan(loss(12));
  });

  it('needs a key, a whole number of iterations, positive ξ and ε', () => {
    expect(() => virtualAdversarial(model, { scope })(sides, undefined, undefined)).toThrow('needs a key');
    expect(() => virtualAdversarial(model, { scope, iterations: 0.5 })).toThrow('whole number, got 0.5');
    expect(() => virtualAdversarial(model, { scope, xi: 0, epsilon: -1 })).toThrow(
      'xi must be > 0, got 0; epsilon must be > 0, got -1',
    );
  });
});

it('a weighted mean is 0 without weights’ sum, and names shapes that differ', () => {
  expect(numbers(weightedMean(constant([1, 2]), constant([0, 0])))).toEqual([0]);
  expect(numbers(weightedMean(constant([1, 2]), constant([1, 3])))).toEqual([1.75]);
  expect(() => weightedMean(constant([1, 2]), constant([1]))).toThrow('weights are [1], values [2]');
});
