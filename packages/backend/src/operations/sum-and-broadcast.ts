import { anything, checkOptions, flag, type Rules } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { reshape, sameShape } from './shape.ts';

/** Axes as sorted non-negative numbers; all of them when none are named. */
export function normaliseAxes(rank: number, axes: number | readonly number[] | undefined, where: string): number[] {
  const list = axes === undefined ? [...Array(rank).keys()] : typeof axes === 'number' ? [axes] : [...axes];
  return list
    .map((axis) => {
      const counted = axis < 0 ? axis + rank : axis;
      if (counted < 0 || counted >= rank)
        throw new BackendError(`${where}: axis ${axis} is outside a tensor of rank ${rank}.`);
      return counted;
    })
    .sort((a, b) => a - b);
}

const kept = (shape: readonly number[], axes: readonly number[]) =>
  shape.map((extent, i) => (axes.includes(i) ? 1 : extent));

/** Options of a reduction: `axes` (default all) and whether reduced axes stay with extent 1 (default no). */
export interface ReduceOptions {
  readonly axes?: number | readonly number[];
  readonly keep?: boolean;
}
/** What options of a reduction must be. @internal */
export const reduceRules: Rules<ReduceOptions> = { axes: anything, keep: flag };

/** Records a reduction over axes, which then have extent 1; without `keep` they are reshaped away. */
export function reduce(primitive: Primitive<'sum' | 'max'>, x: Tensor, { axes, keep = false }: ReduceOptions): Tensor {
  const over = normaliseAxes(x.shape.length, axes, primitive.name);
  if (over.length === 0) return x;
  const full = recordOne(primitive, [x], { shape: kept(x.shape, over), dtype: x.dtype }, { axes: over });
  return keep
    ? full
    : reshape(
        full,
        x.shape.filter((_, i) => !over.includes(i)),
      );
}

const sumPrimitive: Primitive<'sum'> = {
  name: 'sum',
  differentiate: ({ inputs: [x] }, [dy]) => [broadcastTo(dy as Tensor, (x as Tensor).shape)],
};
/** Sum over axes. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkOptions('sum', options, reduceRules);
  return reduce(sumPrimitive, x, options);
}

/** The shape two operands broadcast to (NumPy's rule). @throws {BackendError} naming both shapes */
export function broadcastShapes(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new BackendError(`${where}: shapes [${a}] and [${b}] do not broadcast: axis ${i} has ${x} against ${y}.`);
    }
    return x === 1 ? y : x;
  });
}

const broadcastPrimitive: Primitive<'broadcastTo'> = {
  name: 'broadcastTo',
  differentiate: ({ inputs: [x] }, [dy]) => [sumTo(dy as Tensor, (x as Tensor).shape)],
};
/** Repeats along missing axes and axes of extent 1. */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  if (lead < 0 || x.shape.some((extent, i) => extent !== 1 && extent !== shape[lead + i])) {
    throw new BackendError(`broadcastTo: [${x.shape}] does not broadcast to [${shape}].`);
  }
  return recordOne(broadcastPrimitive, [x], { shape: [...shape], dtype: x.dtype });
}

/** Undoes a broadcast: sums over the axes that `shape` lacks or has with extent 1. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, i) => (i < lead || (shape[i - lead] === 1 && extent !== 1) ? [i] : []));
  return reshape(sum(x, { axes, keep: true }), shape);
}
