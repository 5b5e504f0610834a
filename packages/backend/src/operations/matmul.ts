import { checkOptions, flag } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';

/** Which operands are used transposed in their last two axes (default neither). */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const matmulPrimitive: Primitive<'matmul'> = {
  name: 'matmul',
  differentiate: ({ inputs, attributes }, [dy]) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const d = dy as Tensor;
    const { transposeA: ta, transposeB: tb } = attributes;
    const da = ta ? matmul(b, d, { transposeA: tb, transposeB: true }) : matmul(d, b, { transposeB: !tb });
    const db = tb ? matmul(d, a, { transposeA: true, transposeB: ta }) : matmul(a, d, { transposeA: !ta });
    return [da, db];
  },
};

/**
 * Matrix product over the last two axes; leading axes must be equal.
 *
 * @param a `[..., rows, inner]` @param b `[..., inner, columns]` @returns `[..., rows, columns]`
 * @throws {BackendError} when ranks, leading axes or inner extents disagree
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptions('matmul', options, { transposeA: flag, transposeB: flag });
  const { transposeA = false, transposeB = false } = options;

  const rank = a.shape.length;
  const [m, k] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
  const [k2, n] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
  const lead = a.shape.slice(0, -2);
  if (rank < 2 || b.shape.length !== rank || k !== k2 || lead.some((extent, i) => extent !== b.shape[i])) {
    throw new BackendError(
      `matmul: [${a.shape}]${transposeA ? ' transposed' : ''} and [${b.shape}]${transposeB ? ' transposed' : ''} do not multiply; ` +
        `inner extents are ${k} and ${k2}, leading axes must be equal.`,
    );
  }
  return recordOne(
    matmulPrimitive,
    [a, b],
    { shape: [...lead, m as number, n as number], dtype: 'float32' },
    { transposeA, transposeB },
  );
}
