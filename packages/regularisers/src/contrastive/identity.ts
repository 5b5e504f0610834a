import { constant, type DType, type Tensor } from '@cloze/backend';

/** Ones on the diagonal of `[rows, columns]`, from column `offset` on; zeros elsewhere. @internal */
export function identity(
  rows: number,
  columns: number,
  { dtype = 'float32', offset = 0 }: { readonly dtype?: DType; readonly offset?: number } = {},
): Tensor {
  const entry = (i: number) => (Math.floor(i / columns) + offset === i % columns ? 1 : 0);
  return constant(
    Array.from({ length: rows * columns }, (_, i) => entry(i)),
    [rows, columns],
    dtype,
  );
}
