import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { cast, divide, equal, multiply } from './elementwise.ts';
import { normaliseAxes, type ReduceOptions, reduce, sum } from './sum-and-broadcast.ts';

const maxPrimitive: Primitive<'max'> = {
  name: 'max',
  differentiate: ({ inputs, outputs, attributes }, [dy]) => {
    const [x] = inputs as [Tensor];
    const hit = cast(equal(x, outputs[0] as Tensor), 'float32');
    const ties = sum(hit, { axes: attributes.axes, keep: true });
    return [multiply(hit, divide(dy as Tensor, ties))];
  },
};

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
