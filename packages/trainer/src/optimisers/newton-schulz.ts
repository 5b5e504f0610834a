import { add, divide, matmul, maximum, multiply, sqrt, square, sum, type Tensor } from '@cloze/backend';

/** Of `aσ + bσ³ + cσ⁵`: the slope at 0 as large as it gets while five steps bring every singular value into 0.68 to 1.13 (Jordan et al. 2024). */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * Brings all singular values of a matrix `[rows, columns]` near 1 and leaves its singular vectors: `X ← aX + (bXXᵀ + c(XXᵀ)²)X`, first `X/‖X‖`.
 *
 * After five steps singular values from 0.01 of the norm up lie between 0.68 and 1.13; a matrix of zeros stays one. Works on the shorter side, `XᵀX`
 * where there are more rows.
 */
export function newtonSchulz(x: Tensor, steps: number): Tensor {
  const [rows = 0, columns = 0] = x.shape;
  const tall = rows > columns;
  let next = divide(x, maximum(sqrt(sum(square(x))), 1e-7));
  for (let step = 0; step < steps; step++) {
    const gram = matmul(next, next, { transposeA: tall, transposeB: !tall });
    const curve = add(multiply(gram, b), multiply(matmul(gram, gram), c));
    next = add(multiply(next, a), tall ? matmul(next, curve) : matmul(curve, next));
  }
  return next;
}
