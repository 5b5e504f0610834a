import {
  constant,
  type Engine,
  evaluate,
  fill,
  gradients,
  referenceEngine,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { decayToPretrained, mixout, type Objective } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
interface Parameters {
  readonly kernel: Tensor;
  readonly bias: Tensor;
}
const layer = (w: number, b = 0, size = 1) => ({ kernel: fill([size], w), bias: fill([size], b) });
const seen: Objective<Parameters, undefined, Parameters> = (parameters) => ({
  loss: fill([], 0),
  parts: {},
  output: parameters,
});
const key = (step: number) => rootKey(constant([5, step, 0], [3], 'int32'));

describe('mixout', () => {
  const size = 20_000;
  const mixed = (p: number) => {
    const { output } = mixout(seen, { pretrained: layer(1, 1, size), probability: p })(
      layer(3, 3, size),
      undefined,
      key(1),
    );
    return evaluate(engine, output as Parameters);
  };
  it('gives the pretrained element with probability p, corrected so that the mean stays', () => {
    const { kernel } = mixed(0.3);
    // Pretrained: (1 − 0.3·1)/0.7 = 1; own: (3 − 0.3)/0.7.
    const own = (3 - 0.3) / 0.7;
    const pretrained = [...kernel.values].filter((v) => Math.abs(v - 1) < 1e-5).length;
    const kept = [...kernel.values].filter((v) => Math.abs(v - own) < 1e-5).length;
    expect(pretrained + kept).toBe(size);
    expect(Math.abs(pretrained / size - 0.3)).toBeLessThan(4.5 * Math.sqrt((0.3 * 0.7) / size));
    const mean = [...kernel.values].reduce((a, b) => a + b, 0) / size;
    expect(Math.abs(mean - 3)).toBeLessThan(4.5 * (own - 1) * Math.sqrt((0.3 * 0.7) / size));
  });
  it('mixes kernels only, and nothing without a key', () => {
    expect(new Set(mixed(0.3).bias.values)).toEqual(new Set([3]));
    const parameters = layer(3, 3);
    expect(mixout(seen, { pretrained: layer(1, 1) })(parameters, undefined, undefined).output).toBe(parameters);
  });
  it('refuses p = 1, no parameter chosen, and other shapes', () => {
    expect(() => mixout(seen, { pretrained: layer(1), probability: 1 })).toThrow(
      'probability must be ≥ 0 and < 1, got 1',
    );
    const none = mixout(seen, { pretrained: layer(1), which: () => false });
    expect(() => none(layer(1), undefined, key(1))).toThrow(
      "'which' chooses none of the pretrained parameters bias, kernel",
    );
    expect(() => mixout(seen, { pretrained: layer(1, 1, 2) })(layer(1), undefined, key(1))).toThrow(
      "'kernel' is [1], pretrained [2]",
    );
  });
});

describe('decay to the pretrained point', () => {
  it('adds λ/2·‖w − w₀‖², with slope λ(w − w₀)', () => {
    const parameters = layer(3, 5);
    const { loss, parts } = decayToPretrained(seen, { pretrained: layer(1, 2), weight: 0.1 })(
      parameters,
      undefined,
      undefined,
    );
    const found = evaluate(engine, {
      loss,
      distance: parts.distanceToPretrained as Tensor,
      slopes: gradients(loss, parameters),
    });
    expect(found.loss.values[0]).toBeCloseTo(0.05 * (4 + 9), 6);
    expect(found.distance.values[0]).toBe(13);
    expect(found.slopes.kernel.values[0]).toBeCloseTo(0.2, 6);
    expect(found.slopes.bias.values[0]).toBeCloseTo(0.3, 6);
  });
  it('leaves new parameters free and refuses to hold none, or other shapes', () => {
    const held = { pretrained: { kernel: fill([1], 1) } as Parameters, weight: 2 };
    const { loss } = decayToPretrained(seen, held)(layer(3, 5), undefined, undefined);
    expect(evaluate(engine, loss).values[0]).toBe(4);
    expect(() => decayToPretrained(seen, { ...held, which: () => false })(layer(1), undefined, undefined)).toThrow(
      'chooses none',
    );
    expect(() => decayToPretrained(seen, { pretrained: layer(1, 1, 2) })(layer(1), undefined, undefined)).toThrow(
      'pretrained [2]',
    );
  });
});
