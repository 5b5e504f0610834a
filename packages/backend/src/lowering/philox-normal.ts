import { philoxUniform } from './philox.ts';

/** Standard normal numbers from `philoxUniform`'s, two by two, as TensorFlow's kernel pairs them: Box and Muller's transform. */
export function philoxNormal(words: ArrayLike<number>, site: number, rows: number, width: number): Float32Array {
  const whole = Math.ceil(width / 4) * 4;
  const uniform = philoxUniform(words, site, rows, whole);
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const pair = row * whole + column - (column % 2);
      const radius = Math.sqrt(-2 * Math.log(Math.max(uniform[pair] as number, 1e-7)));
      const angle = 2 * Math.PI * (uniform[pair + 1] as number);
      out[row * width + column] = radius * (column % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
    }
  }
  return out;
}
