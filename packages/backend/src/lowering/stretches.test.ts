import { describe, expect, it } from 'vitest';
import { reachable } from '../expression/reachable.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import { dropout } from '../nn/dropout.ts';
import { layerNorm } from '../nn/layer-norm.ts';
import { add, cast, exp, greaterEqual, multiply } from '../operations/elementwise.ts';
import { fill, input } from '../operations/leaves.ts';
import { matmul } from '../operations/matmul.ts';
import { randomUniform, rootKey } from '../operations/random.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { stretches, type Unit } from './stretches.ts';

const operand = (name: string, shape: number[] = [32, 32]) => input(name, { shape, dtype: 'float32' });
const cut = (wanted: readonly Tensor[]) => stretches(reachable(wanted), new Set(wanted));
const made = (unit: Unit): readonly Tensor[] =>
  unit.kind === 'alone' ? unit.operation.outputs : unit.kind === 'draw' ? [unit.mask] : unit.outputs;
const taken = (unit: Unit): readonly Tensor[] =>
  unit.kind === 'alone' ? unit.operation.inputs : unit.kind === 'draw' ? unit.uniform.inputs : unit.inputs;
const names = (units: readonly Unit[]) =>
  units.flatMap((unit) =>
    unit.kind === 'stretch' ? [unit.operations.map(({ primitive }: Operation) => primitive.name).join(' ')] : [],
  );

/** Every piece finds what it takes; a stretch finds inside it what its operations take, in that order. */
function expectRunnable(units: readonly Unit[], wanted: readonly Tensor[]): void {
  const known = new Set<Tensor>();
  for (const unit of units) {
    for (const tensor of taken(unit)) expect(known.has(tensor), tensor.operation.primitive.name).toBe(true);
    if (unit.kind === 'stretch') {
      const inside = new Set<Tensor>(unit.inputs);
      for (const operation of unit.operations) {
        for (const tensor of operation.inputs)
          expect(inside.has(tensor) || tensor.operation.primitive.name === 'fill').toBe(true);
        for (const tensor of operation.outputs) inside.add(tensor);
      }
      for (const tensor of unit.outputs) expect(inside.has(tensor)).toBe(true);
    }
    for (const tensor of made(unit)) known.add(tensor);
  }
  for (const tensor of wanted) expect(known.has(tensor)).toBe(true);
}

describe('stretches', () => {
  it('products cut, what lies between them becomes one piece', () => {
    const [x, w] = [operand('x'), operand('w')];
    const y = matmul(multiply(exp(add(matmul(x, w), 1)), 2), w);
    const units = cut([y]);
    expect(names(units)).toEqual(['add exp multiply']);
    expectRunnable(units, [y]);
  });

  it('a norm over several tensors does not make one piece of all that it scales', () => {
    const [x, w, v] = [operand('x'), operand('w'), operand('v')];
    const slopes = [matmul(x, w), add(matmul(x, v), matmul(v, x))];
    const norm = slopes.map((slope) => sum(multiply(slope, slope))).reduce((a, b) => add(a, b));
    const scaled = slopes.map((slope) => multiply(slope, norm));
    const units = cut(scaled);
    for (const tensor of scaled) {
      const unit = units.find((one) => made(one).includes(tensor)) as Unit;
      expect(made(unit)).toHaveLength(1);
    }
    expect(names(units).filter((name) => name.endsWith('multiply sum'))).toHaveLength(2);
    expectRunnable(units, scaled);
  });

  it('two hundred random computations can be run in the order given, without going back into a piece', () => {
    let state = 7;
    const draw = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 200; round++) {
      const pool: Tensor[] = [operand('a'), operand('b'), operand('c'), fill([32, 32], 3)];
      const any = () => pool[Math.max(0, pool.length - 1 - draw(8))] as Tensor;
      const key = rootKey(input('words', { shape: [3], dtype: 'int32' }));
      for (let n = 0; n < 40; n++) {
        const kinds = [
          () => add(any(), any()),
          () => multiply(any(), 2),
          () => exp(any()),
          () => add(any(), sum(any(), { axes: -1, keep: true })),
          () => matmul(any(), any()),
          () => dropout(any(), { rate: 0.5, key: { ...key, site: n } }),
        ];
        pool.push((kinds[draw(kinds.length)] as () => Tensor)());
      }
      const wanted = [pool.at(-1) as Tensor, any(), any()];
      expectRunnable(cut(wanted), wanted);
    }
  });

  it('a value from afar is computed again where it needs one large tensor that exists anyway', () => {
    const [x, w] = [operand('x'), operand('w')];
    const product = matmul(x, w);
    const near = exp(multiply(product, 2));
    const far = multiply(matmul(near, w), near);
    expect(names(cut([far]))).toEqual(['multiply exp', 'multiply exp multiply']);
    // A reduction is not done twice.
    const softened = add(product, sum(product, { axes: -1, keep: true }));
    const units = cut([multiply(matmul(softened, w), softened)]);
    expect(names(units)).toEqual(['sum add', 'add multiply']);
    expectRunnable(units, []);
  });

  it('a value that needs two large tensors more is stored', () => {
    const [x, w] = [operand('x'), operand('w')];
    const both = add(exp(matmul(x, w)), exp(matmul(w, x)));
    expect(names(cut([multiply(matmul(both, w), both)]))).toEqual(['exp exp add', 'multiply']);
  });

  it('a mask that only a dropout needs is a draw; numbers with another use are not', () => {
    const key = rootKey(input('words', { shape: [3], dtype: 'int32' }));
    const norm = { scale: operand('scale', [32]), offset: operand('offset', [32]) };
    const kinds = (units: readonly Unit[]) => units.map(({ kind }) => kind);
    expect(kinds(cut([dropout(layerNorm(operand('x'), norm), { rate: 0.1, key })]))).toContain('draw');
    const numbers = randomUniform(key, [32, 32]);
    const used = add(cast(greaterEqual(numbers, 0.5), 'float32'), numbers);
    expect(kinds(cut([used]))).not.toContain('draw');
    expectRunnable(cut([used]), [used]);
  });
});
