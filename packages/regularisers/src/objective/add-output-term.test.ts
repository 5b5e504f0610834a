import {
  constant,
  type Engine,
  entropyFromLogits,
  evaluate,
  fill,
  mean,
  negate,
  referenceEngine,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { addOutputTerm, fed, objectiveOf, passesOf, type Regulariser, rDrop, type Strength } from '../index.ts';

/** Pereyra et al. 2017, as anybody would write it. */
const confidencePenalty: Regulariser<{ readonly logits: Tensor }, { readonly beta?: Strength }> = (
  objective,
  { beta = 0.1 },
) => addOutputTerm(objective, 'negativeEntropy', ({ logits }) => negate(mean(entropyFromLogits(logits))), beta);

interface Batch {
  readonly beta: Tensor;
}
const plain = objectiveOf<Tensor, Batch, { readonly logits: Tensor }>(
  (logits) => ({ logits }),
  () => fill([], 5),
);
const logits = constant([0, Math.log(3), 0, 0], [2, 2]);
const batch = { beta: fill([], 0.2) };
let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});

describe('addOutputTerm', () => {
  const entropy = (0.25 * Math.log(4) + 0.75 * Math.log(4 / 3) + Math.log(2)) / 2;
  const termsOf = (beta: Strength) => {
    const { loss, parts } = confidencePenalty(plain, { beta })(logits, batch, undefined);
    return [loss, parts.negativeEntropy].map((x) => evaluate(engine, x as Tensor).values[0] as number);
  };

  it('adds a term over the output, logged by itself, at no further pass', () => {
    const [loss, part] = termsOf(0.5) as [number, number];
    expect(loss).toBeCloseTo(5 - 0.5 * entropy, 6);
    expect(part).toBeCloseTo(-entropy, 6);
    expect(passesOf(confidencePenalty(rDrop(plain), {}))).toEqual({ forward: 2, backward: 2 });
  });

  it('takes its strength from the batch, and is the same objective at 0', () => {
    expect(termsOf(fed('beta'))).toEqual(termsOf(0.2));
    expect(confidencePenalty(plain, { beta: 0 })).toBe(plain);
    expect(() => confidencePenalty(plain, { beta: -1 })).toThrow('negativeEntropy: strength must be ≥ 0, got -1');
    expect(() => termsOf(fed('gamma'))).toThrow("fed: there is no 'gamma'; did you mean beta?");
  });

  it('needs an output, and a name that is free', () => {
    const blind = () => ({ loss: fill([], 0), parts: {} });
    expect(() => confidencePenalty(blind, {})(logits, batch, undefined)).toThrow('the objective gives no output');
    const twice = confidencePenalty(confidencePenalty(plain, {}), {});
    expect(() => twice(logits, batch, undefined)).toThrow("already a part 'negativeEntropy'");
  });
});
