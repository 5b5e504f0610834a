import { checkOptions } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { cast, divide, equal, multiply } from './elementwise.ts';
import { normaliseAxes, type ReduceOptions, reduce, reduceRules, sum } from './sum-and-broadcast.ts';

const maxPrimitive: Primitive<'max'> = {
  name: 'max',
  differentiate: ({ inputs, outputs, attributes }, [dy]) => {
    const [x] = inputs as [Tensor];
    const hit = cast(equal(x, outputs[0] as Tensor), 'float32');
    const ties = sum(hit, { axes: attributes.axes, keep: true });
    return [multiply(hit, divide(dy as Tensor, ties))];
  },
};

/** A sum of nothing is 0; nothing has no mean and no largest. */
function refuseEmpty(where: string, { shape }: Tensor, axes: ReduceOptions['axes']): void {
  const empty = normaliseAxes(shape.length, axes, where).filter((axis) => shape[axis] === 0);
  if (empty.length > 0 && shape.every((extent, axis) => extent > 0 || empty.includes(axis)))
    throw new BackendError(`${where}: axis ${empty[0]} of [${shape}] is empty, which has no ${where}.`);
}

/** Arithmetic mean over axes. @throws {BackendError} over an empty axis */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkOptions('mean', options, reduceRules);
  refuseEmpty('mean', x, options.axes);
  const count = normaliseAxes(x.shape.length, options.axes, 'mean').reduce(
    (n, axis) => n * (x.shape[axis] as number),
    1,
  );
  return multiply(sum(x, options), 1 / count);
}
/** Largest element over axes; ties share the derivative. @throws {BackendError} over an empty axis */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkOptions('max', options, reduceRules);
  refuseEmpty('max', x, options.axes);
  return reduce(maxPrimitive, x, options);
}

const argMaxPrimitive: Primitive<'argMax'> = { name: 'argMax', differentiate: () => [] };
/** Index of the largest element along the last axis, int32. @throws {BackendError} where that axis is empty */
export function argMax(x: Tensor): Tensor {
  refuseEmpty('argMax', x, -1);
  return recordOne(argMaxPrimitive, [x], { shape: x.shape.slice(0, -1), dtype: 'int32' });
}
