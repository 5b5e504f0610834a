import { constant, type Tensor } from '@cloze/backend';

/** Everything but oneself, bool `[1, 1, length, length]`. */
export function hiddenDiagonal(length: number): Tensor {
  return constant(
    Array.from({ length: length * length }, (_, index) => (index % (length + 1) === 0 ? 0 : 1)),
    [1, 1, length, length],
    'bool',
  );
}
