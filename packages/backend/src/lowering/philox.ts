const multiplyHigh = (a: number, b: number): number => {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const other = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 65536) + (other >>> 16)) >>> 0;
};

/**
 * Uniform float32 numbers from Philox-4x32-10, in TensorFlow's order and rounding, for engines without the kernel.
 *
 * Each row takes `⌈width/4⌉` blocks; block b of row r has the 64-bit counter `(firstRow + r)·blocks + b`.
 */
export function philoxUniform(words: ArrayLike<number>, site: number, rows: number, width: number): Float32Array {
  const out = new Float32Array(rows * width);
  const blocks = Math.ceil(width / 4);
  const [seed = 0, step = 0, firstRow = 0] = [words[0], words[1], words[2]];
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const index = (firstRow + row) * blocks + block;
      let c0 = index >>> 0;
      let c1 = Math.floor(index / 0x100000000) >>> 0;
      let c2 = site >>> 0;
      let c3 = 0;
      let k0 = seed >>> 0;
      let k1 = step >>> 0;
      for (let round = 0; round < 10; round++) {
        const high0 = multiplyHigh(0xd2511f53, c0);
        const low0 = Math.imul(0xd2511f53, c0) >>> 0;
        const high1 = multiplyHigh(0xcd9e8d57, c2);
        const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
        [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
        k0 = (k0 + 0x9e3779b9) >>> 0;
        k1 = (k1 + 0xbb67ae85) >>> 0;
      }
      const first = row * width + block * 4;
      const drawn = [c0, c1, c2, c3];
      for (let i = 0; i < 4 && block * 4 + i < width; i++)
        out[first + i] = ((drawn[i] as number) & 0x7fffff) / 0x800000;
    }
  }
  return out;
}
