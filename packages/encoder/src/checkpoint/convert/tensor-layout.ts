import type { HostTensor } from '@cloze/backend';
import type { NamePair } from '../../families/name-pairs.ts';

type Part = NonNullable<NamePair['part']>;

/** A matrix turned: PyTorch's linear weights are `[out, in]`, ours `[in, out]`. */
export function transpose({ shape, dtype, values }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  return { shape: [columns, rows], dtype, values: out };
}

/** The tensor in memory of its own: as a view it would keep the whole file there, beside the kernels that are turned. */
export function apart({ shape, dtype, values }: HostTensor): HostTensor {
  return { shape, dtype, values: values.byteLength < values.buffer.byteLength ? values.slice() : values };
}

/** Part `index` of `of` equal ones along the first axis, put together from `times` stacks. */
export function partOfStack({ shape, dtype, values }: HostTensor, { index, of, times = 1 }: Part): HostTensor {
  const [rows = 0, ...rest] = shape;
  const size = values.length / of / times;
  const found = { shape: [rows / of, ...rest], dtype };
  if (times === 1) return { ...found, values: values.subarray(index * size, (index + 1) * size) };
  const own = new Float32Array(size * times);
  for (let stack = 0; stack < times; stack++) {
    const from = (stack * of + index) * size;
    own.set(values.subarray(from, from + size), stack * size);
  }
  return { ...found, values: own };
}

/** What stands above in a stack of `index` parts, with one more in each of its `times` stacks. */
export function putBelow(above: HostTensor, { shape, values }: HostTensor, { index, times = 1 }: Part): HostTensor {
  const both = new Float32Array(above.values.length + values.length);
  const size = values.length / times;
  for (let stack = 0; stack < times; stack++) {
    const from = stack * index * size;
    both.set(above.values.subarray(from, from + index * size), from + stack * size);
    both.set(values.subarray(stack * size, (stack + 1) * size), from + (stack + index) * size);
  }
  return { ...above, shape: [(above.shape[0] as number) + (shape[0] as number), ...shape.slice(1)], values: both };
}
