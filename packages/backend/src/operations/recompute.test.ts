import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../compile/evaluate.ts';
import type { Engine } from '../engines/engine.ts';
import { referenceEngine } from '../engines/reference-engine.ts';
import { gradients } from '../expression/gradients.ts';
import { sizeOf } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import type { Tensor } from '../expression/tensor.ts';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { interpret } from '../lowering/interpret.ts';
import { dropout } from '../nn/dropout.ts';
import { gelu } from '../nn/gelu.ts';
import { add, multiply, square, tanh } from './elementwise.ts';
import { constant, fill } from './leaves.ts';
import { matmul } from './matmul.ts';
import { forkKey, rootKey } from './random.ts';
import { recompute } from './recompute.ts';
import { sum } from './sum-and-broadcast.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});

const key = rootKey(constant([7, 1, 0], [3], 'int32'));
/** A residual block with dropout over captured weights. */
const block = (x: Tensor, w: Tensor, i: number): Tensor =>
  add(x, dropout(matmul(gelu(matmul(x, w)), w, { transposeB: true }), { rate: 0.3, key: forkKey(key, i) }));
const stack = (x: Tensor, weights: readonly Tensor[], keeps: boolean): Tensor =>
  weights.reduce((hidden, w, i) => (keeps ? block(hidden, w, i) : recompute(() => block(hidden, w, i))), x);
const numbers = (count: number, from: number) => Array.from({ length: count }, (_, i) => Math.sin(from + i * 1.7) / 2);

describe('recompute', () => {
  const x = constant(numbers(12, 1), [3, 4]);
  const weights = [2, 3, 4].map((from) => constant(numbers(32, from), [4, 8]));
  const lossOf = (input: Tensor, keeps: boolean) => sum(square(stack(input, weights, keeps)));

  it('gives values and gradients of what was taken and what was captured, dropout by a key included', () => {
    const of = (keeps: boolean) => {
      const loss = lossOf(x, keeps);
      return evaluate(engine, { loss, slopes: gradients(loss, { x, weights }) });
    };
    const [ours, theirs] = [of(false), of(true)];
    expect(ours.loss.values[0]).toBe(theirs.loss.values[0]);
    expect(ours.slopes).toEqual(theirs.slopes);
  });

  it('can be differentiated again: slopes of slopes are those of finite differences', () => {
    const direction = numbers(12, 9);
    const shifted = (h: number) =>
      constant(
        numbers(12, 1).map((v, i) => v + h * (direction[i] as number)),
        [3, 4],
      );
    const slope = (input: Tensor) => sum(multiply(gradients(lossOf(input, false), input), constant(direction, [3, 4])));
    const numberOf = (tensor: Tensor) => evaluate(engine, tensor).values[0] as number;
    const along = (input: Tensor) => sum(multiply(gradients(slope(input), input), constant(direction, [3, 4])));
    const h = 1e-2;
    const difference = (numberOf(slope(shifted(h))) - numberOf(slope(shifted(-h)))) / (2 * h);
    const exact = numberOf(along(x));
    expect(Math.abs(exact)).toBeGreaterThan(0.1);
    expect(Math.abs(exact - difference)).toBeLessThan(0.01 * (1 + Math.abs(exact)));
  });

  it('blocks may lie in blocks, give trees, and give back what they were given', () => {
    const [w] = weights as [Tensor];
    const of = (wrap: <O>(inner: () => O) => O) => {
      const { a, same } = wrap(() => ({ a: wrap(() => tanh(wrap(() => matmul(x, w)))), same: x }));
      return evaluate(engine, gradients(add(sum(square(a)), sum(square(same))), { x, w }));
    };
    expect(of(recompute)).toEqual(of((inner) => inner()));
  });

  it('an engine that goes operation by operation holds less than half at its fullest', () => {
    // Only counts: a handle is the number of elements of its tensor.
    const most = (keeps: boolean) => {
      const deep = Array.from({ length: 16 }, (_, i) => constant(numbers(32, i), [4, 8]));
      const wide = fill([64, 4], 0.1);
      const wanted = Object.values(gradients(sum(square(stack(wide, deep, keeps))), deep));
      let [held, peak] = [0, 0];
      interpret<{ readonly size: number }>(
        {
          has: () => true,
          run: ({ outputs }) =>
            outputs.map(({ shape }) => {
              held += sizeOf(shape);
              peak = Math.max(peak, held);
              return { size: sizeOf(shape) };
            }),
          fromHost: () => expect.unreachable(),
          toHost: () => expect.unreachable(),
          release: ({ size }) => {
            held -= size;
          },
        },
        reachable(wanted),
        wanted,
        () => undefined,
      );
      return peak;
    };
    const [less, all] = [most(false), most(true)];
    expect(less / all).toBeLessThan(0.5);
  });

  const found = findLibtensorflow(thisMachine());
  it.skipIf(!('directory' in found))('a process that trains on libtensorflow grows by less than half', () => {
    const grownBy = (how: 'keep' | 'recompute') => {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          '--import',
          'tsx',
          '--conditions=@cloze/source',
          new URL('../../test/recompute-process.ts', import.meta.url).pathname,
          how,
        ],
        { encoding: 'utf8' },
      );
      const grown = Number(stdout);
      if (!(grown > 0)) throw new Error(stderr);
      return grown;
    };
    const [less, all] = [grownBy('recompute'), grownBy('keep')];
    expect(less / all).toBeLessThan(0.5);
  });
});
