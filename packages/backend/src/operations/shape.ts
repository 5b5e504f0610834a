import { BackendError } from '../errors.ts';
import { sizeOf } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';

/** Whether two shapes are one. */
export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((extent, i) => extent === b[i]);

const reshapePrimitive: Primitive<'reshape'> = {
  name: 'reshape',
  differentiate: ({ inputs: [x] }, [dy]) => [reshape(dy as Tensor, (x as Tensor).shape)],
};
/** Reshapes made so far, by tensor and shape. */
const reshaped = new WeakMap<Tensor, Map<string, Tensor>>();
/** The same elements in another shape; one extent may be −1. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = shape.reduce((n, extent) => (extent === -1 ? n : n * extent), 1);
  const full = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent));
  if (sizeOf(full) !== sizeOf(x.shape) || !full.every(Number.isInteger)) {
    throw new BackendError(`reshape: [${x.shape}] has ${sizeOf(x.shape)} elements, [${shape}] does not hold them.`);
  }
  if (sameShape(full, x.shape)) return x;
  // Queries, keys and values each flatten the same hidden states: one node, or each would be a copy.
  const views = reshaped.get(x) ?? new Map<string, Tensor>();
  reshaped.set(x, views);
  const made = views.get(full.join()) ?? recordOne(reshapePrimitive, [x], { shape: full, dtype: x.dtype });
  views.set(full.join(), made);
  return made;
}

const transposePrimitive: Primitive<'transpose'> = {
  name: 'transpose',
  differentiate: ({ attributes: { order } }, [dy]) => {
    return [
      transpose(
        dy as Tensor,
        order.map((_, i) => order.indexOf(i)),
      ),
    ];
  },
};
/** Axes in another order: axis i of the result is axis `order[i]` of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (
    !sameShape(
      [...order].sort((a, b) => a - b),
      [...x.shape.keys()],
    )
  ) {
    throw new BackendError(`transpose: [${order}] is no permutation of the ${x.shape.length} axes of [${x.shape}].`);
  }
  return recordOne(
    transposePrimitive,
    [x],
    { shape: order.map((axis) => x.shape[axis] as number), dtype: x.dtype },
    { order: [...order] },
  );
}

const slicePrimitive: Primitive<'slice'> = {
  name: 'slice',
  differentiate: ({ inputs: [x], outputs: [y], attributes: { begin } }, [dy]) => {
    return [
      pad(
        dy as Tensor,
        begin.map((b, i) => [b, ((x as Tensor).shape[i] as number) - b - ((y as Tensor).shape[i] as number)]),
      ),
    ];
  },
};
/** The block that starts at `begin` and has extents `size`. */
export function slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  if (
    begin.length !== x.shape.length ||
    size.length !== x.shape.length ||
    x.shape.some((extent, i) => (begin[i] as number) < 0 || (begin[i] as number) + (size[i] as number) > extent)
  ) {
    throw new BackendError(`slice: begin [${begin}] with size [${size}] leaves [${x.shape}].`);
  }
  return sameShape(size, x.shape)
    ? x
    : recordOne(slicePrimitive, [x], { shape: [...size], dtype: x.dtype }, { begin: [...begin] });
}

const padPrimitive: Primitive<'pad'> = {
  name: 'pad',
  differentiate: ({ inputs: [x], attributes }, [dy]) => [
    slice(
      dy as Tensor,
      attributes.widths.map(([before]) => before),
      (x as Tensor).shape,
    ),
  ],
};
/** Zeros around: `widths[axis] = [before, after]`. */
export function pad(x: Tensor, widths: readonly (readonly [before: number, after: number])[]): Tensor {
  const shape = x.shape.map((extent, i) => extent + (widths[i]?.[0] ?? 0) + (widths[i]?.[1] ?? 0));
  return sameShape(shape, x.shape) ? x : recordOne(padPrimitive, [x], { shape, dtype: x.dtype }, { widths });
}

const concatPrimitive: Primitive<'concat'> = {
  name: 'concat',
  differentiate: ({ inputs, attributes: { axis } }, [dy]) => {
    let start = 0;
    return inputs.map((x) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += x.shape[axis] as number;
      return x.dtype === 'float32' ? slice(dy as Tensor, begin, x.shape) : undefined;
    });
  },
};
/** Joins along an axis; all other extents must agree. */
export function concat(xs: readonly Tensor[], axis = 0): Tensor {
  const [first] = xs;
  if (!first) throw new BackendError('concat: expected at least one tensor, got none.');
  const along = axis < 0 ? axis + first.shape.length : axis;
  for (const x of xs) {
    if (
      x.dtype !== first.dtype ||
      x.shape.length !== first.shape.length ||
      x.shape.some((extent, i) => i !== along && extent !== first.shape[i])
    ) {
      throw new BackendError(
        `concat: ${x.dtype} [${x.shape}] does not join ${first.dtype} [${first.shape}] along axis ${axis}.`,
      );
    }
  }
  if (xs.length === 1) return first;
  const shape = first.shape.map((extent, i) =>
    i === along ? xs.reduce((n, x) => n + (x.shape[i] as number), 0) : extent,
  );
  return recordOne(concatPrimitive, xs, { shape, dtype: first.dtype }, { axis: along });
}
