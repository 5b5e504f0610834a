/** A small generator of its own (mulberry32): a package does not borrow another one's for its checks. */
export function stream(seed: number): { next: () => number } {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ (seed >>> 7)) >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}
