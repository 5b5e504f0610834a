import {
  constant,
  dropout,
  type Engine,
  evaluate,
  gradients,
  matmul,
  mean,
  multiply,
  rootKey,
  sparseCrossEntropy,
  sum,
  type Tensor,
  tanh,
  tfjsEngine,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { fgm, gradientPenalty, type Objective, rDrop } from './index.ts';

interface Parameters {
  readonly w: Tensor;
  readonly v: Tensor;
}
const inputs = constant([1, -1, 0.5, 0.3, 2, -0.7], [2, 3]);
const labels = constant([1, 0], [2], 'int32');
const start = [0.2, -0.4, 0.1, 0.5, -0.3, 0.7];
const parametersAt = (w: readonly number[]): Parameters => ({
  w: constant(w, [3, 2]),
  v: constant([0.3, -0.8, 1.1, 0.4, -0.2, 0.6], [2, 3]),
});
const key = rootKey(constant([1, 2, 0], [3], 'int32'));
const predict =
  (rate: number) =>
  ({ w, v }: Parameters, x: Tensor, k: typeof key | undefined) =>
    matmul(tanh(matmul(dropout(x, { rate, key: k }), w)), v);
const plain =
  (rate: number): Objective<Parameters, Tensor> =>
  (p, x, k) => ({ loss: mean(sparseCrossEntropy(predict(rate)(p, x, k), labels)), parts: {} });

let engine: Engine;
beforeAll(async () => {
  engine = await tfjsEngine('cpu');
});
const lossOf = (
  objective: Objective<Parameters, Tensor>,
  w: readonly number[] = start,
  k: typeof key | undefined = key,
) => evaluate(engine, objective(parametersAt(w), inputs, k).loss).values[0] as number;

/** The slope of an objective along a direction, by gradients and by finite differences. */
function slopes(objective: Objective<Parameters, Tensor>): [number, number] {
  const direction = [0.3, -0.2, 0.9, 0.1, -0.5, 0.4];
  const parameters = parametersAt(start);
  const slope = sum(
    multiply(gradients(objective(parameters, inputs, key).loss, parameters.w), constant(direction, [3, 2])),
  );
  const at = (h: number) =>
    lossOf(
      objective,
      start.map((x, i) => x + h * (direction[i] as number)),
    );
  return [evaluate(engine, slope).values[0] as number, (at(1e-2) - at(-1e-2)) / 2e-2];
}

const everyRegulariser: Record<string, (strength: number) => Objective<Parameters, Tensor>> = {
  rDrop: (alpha) => rDrop(predict(0), () => labels, { alpha }),
  gradientPenalty: (epsilon) => gradientPenalty(plain(0.2), ({ w }) => w, { epsilon }),
  fgm: (epsilon) =>
    fgm(
      plain(0.2),
      ({ w }) => w,
      (p, w) => ({ ...p, w }),
      { epsilon },
    ),
};

describe.each(Object.entries(everyRegulariser))('%s', (name, regulariser) => {
  it('strength 0 is the plain objective, to the bit', () => {
    expect(lossOf(regulariser(0))).toBe(lossOf(plain(name === 'rDrop' ? 0 : 0.2)));
  });
  it('is deterministic and differs from the plain objective when switched on', () => {
    expect(lossOf(regulariser(2))).toBe(lossOf(regulariser(2)));
    if (name !== 'rDrop') expect(lossOf(regulariser(2))).not.toBe(lossOf(plain(0.2)));
  });
  it('refuses a negative strength', () => {
    expect(() => regulariser(-1)).toThrow('must be ≥ 0, got -1');
  });
});

describe('gradients', () => {
  it('R-Drop and gradient penalty equal finite differences (the penalty to second order)', () => {
    for (const objective of [rDrop(predict(0.4), () => labels), gradientPenalty(plain(0.2), ({ w }) => w)]) {
      const [ours, finite] = slopes(objective);
      expect(Math.abs(ours - finite)).toBeLessThan(2e-3 * (1 + Math.abs(finite)));
    }
  });
  it('gradient penalty has a slope of its own: a detached penalty would not', () => {
    expect(
      Math.abs(slopes(gradientPenalty(plain(0.2), ({ w }) => w, { epsilon: 4 }))[0] - slopes(plain(0.2))[0]),
    ).toBeGreaterThan(1e-3);
  });
});

describe('R-Drop', () => {
  it('divergence is 0 without dropout and positive with it', () => {
    const divergence = (rate: number) =>
      evaluate(engine, rDrop(predict(rate), () => labels)(parametersAt(start), inputs, key).parts.divergence as Tensor)
        .values[0] as number;
    expect(divergence(0)).toBe(0);
    expect(divergence(0.4)).toBeGreaterThan(1e-3);
  });
  it('the published scalings differ by a factor of two', () => {
    const at = (scaling: 'paper' | 'halved') => lossOf(rDrop(predict(0.4), () => labels, { scaling }));
    expect(at('paper')).toBeCloseTo(2 * at('halved'), 6);
  });
});

describe('FGM', () => {
  it('moves x by ε along its gradient: the loss rises by about ε·‖g‖', () => {
    const parameters = parametersAt(start);
    const objective = plain(0.2);
    const norm = Math.hypot(
      ...evaluate(engine, gradients(objective(parameters, inputs, key).loss, parameters.w)).values,
    );
    const epsilon = 1e-2;
    const rise = lossOf(everyRegulariser.fgm?.(epsilon) as Objective<Parameters, Tensor>) - lossOf(objective);
    expect(rise / (epsilon * norm)).toBeGreaterThan(0.97);
    expect(rise / (epsilon * norm)).toBeLessThan(1.03);
  });
});
