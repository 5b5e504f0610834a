import type { Matrix } from 'ml-matrix';

/** `L⁻¹ · B` for a lower triangular L. */
export function solveLower(lower: Matrix, right: Matrix): Matrix {
  const solved = right.clone();
  for (let i = 0; i < lower.rows; i++) {
    for (let column = 0; column < right.columns; column++) {
      let value = solved.get(i, column);
      for (let k = 0; k < i; k++) value -= lower.get(i, k) * solved.get(k, column);
      solved.set(i, column, value / lower.get(i, i));
    }
  }
  return solved;
}
