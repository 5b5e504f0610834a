import { constant, type Tensor } from '@cloze/backend';

/** Tokens at most `reach` places away, bool `[1, 1, length, length]`. */
export function nearby(length: number, reach: number): Tensor {
  const near = Array.from({ length: length * length }, (_, index) =>
    Math.abs((index % length) - Math.floor(index / length)) <= reach ? 1 : 0,
  );
  return constant(near, [1, 1, length, length], 'bool');
}
