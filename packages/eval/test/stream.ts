/** A stream of uniform numbers for tests: sfc32, a small counter-based chaotic generator. */
export function stream(seed: number): { next(): number } {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = () => {
    const mixed = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return (mixed >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return { next };
}
