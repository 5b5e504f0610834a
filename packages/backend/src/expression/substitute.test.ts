import { expect, it } from 'vitest';
import { evaluate } from '../compile/evaluate.ts';
import { referenceEngine } from '../engines/reference-engine.ts';
import { add, multiply, stopGradient } from '../operations/elementwise.ts';
import { constant } from '../operations/leaves.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { gradients } from './gradients.ts';
import { substitute } from './substitute.ts';

it('substitute evaluates a function and its gradient at another point, a stopped value held', async () => {
  const engine = referenceEngine();
  const [x, other] = [constant([1, 2]), constant([3])];
  const held = stopGradient(multiply(x, 10));
  const shared = add(other, 1);
  const loss = sum(multiply(multiply(x, x), held));
  const tree = { loss, slope: gradients(loss, x), shared };
  const there = substitute(tree, new Map([[x, constant([3, 4])]]));
  const values = (given: typeof tree) => {
    const found = evaluate(engine, given);
    return [...found.loss.values, ...found.slope.values, ...found.shared.values];
  };
  expect(values(tree)).toEqual([90, 20, 80, 4]);
  expect(values(there)).toEqual([910, 180, 320, 4]);
  expect(there.shared).toBe(shared);
  const fixed = new Map([
    [x, constant([3, 4])],
    [held, constant([10, 20])],
  ]);
  expect(values(substitute(tree, fixed))).toEqual([410, 60, 160, 4]);
  expect(substitute(x, new Map())).toBe(x);
  expect(() => substitute(tree, new Map([[x, other]]))).toThrow('float32 [1] cannot stand for float32 [2]');
});
