import { BackendError } from '../errors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { cast, divide, equal, multiply } from './elementwise.ts';
import { broadcastTo, reshape } from './shape.ts';

/** Axes as sorted non-negative numbers; all of them when none are named. */
export function normaliseAxes(rank: number, axes: number | readonly number[] | undefined, where: string): number[] {
  const list = axes === undefined ? [...Array(rank).keys()] : typeof axes === 'number' ? [axes] : [...axes];
  return list
    .map((axis) => {
      const at = axis < 0 ? axis + rank : axis;
      if (at < 0 || at >= rank) throw new BackendError(`${where}: axis ${axis} is outside a tensor of rank ${rank}.`);
      return at;
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

function reduce(primitive: Primitive<'sum' | 'max'>, x: Tensor, { axes, keep = false }: ReduceOptions): Tensor {
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
const maxPrimitive: Primitive<'max'> = {
  name: 'max',
  differentiate: ({ inputs, outputs, attributes }, [dy]) => {
    const [x] = inputs as [Tensor];
    const hit = cast(equal(x, outputs[0] as Tensor), 'float32');
    const ties = sum(hit, { axes: attributes.axes, keep: true });
    return [multiply(hit, divide(dy as Tensor, ties))];
  },
};

/** Sum over axes. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(sumPrimitive, x, options);
}
/** Arithmetic mean over axes. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const count = normaliseAxes(x.shape.length, options.axes, 'mean').reduce(
    (n, axis) => n * (x.shape[axis] as number),
    1,
  );
  return multiply(sum(x, options), 1 / count);
}
/** Largest element over axes; ties share the derivative. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(maxPrimitive, x, options);
}

const argMaxPrimitive: Primitive<'argMax'> = { name: 'argMax', differentiate: () => [] };
/** Index of the largest element along the last axis, int32. */
export function argMax(x: Tensor): Tensor {
  return recordOne(argMaxPrimitive, [x], { shape: x.shape.slice(0, -1), dtype: 'int32' });
}

/** Undoes a broadcast: sums over the axes that `shape` lacks or has with extent 1. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (x.shape.length === shape.length && x.shape.every((extent, i) => extent === shape[i])) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, i) => (i < lead || (shape[i - lead] === 1 && extent !== 1) ? [i] : []));
  return reshape(sum(x, { axes, keep: true }), shape);
}
