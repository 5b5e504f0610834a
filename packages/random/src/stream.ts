import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of uniform numbers that can be forked by name. */
export interface RandomStream {
  /** The next number, uniform in [0, 1), a multiple of 2⁻³². */
  next(): number;
  /** A new stream that depends only on this stream's seed and the labels, not on how many numbers were drawn. */
  fork(...labels: readonly (string | number)[]): RandomStream;
}

/** 32-bit FNV-1a with a final avalanche, so that nearby seeds and labels give unrelated streams. */
export function mixSeed(seed: number, label: string | number): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of `${typeof label}:${label}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A stream from a seed, on pure-rand's xoroshiro128+: the same seed and labels give the same numbers anywhere. */
export function streamFrom(seed: number): RandomStream {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`streamFrom: the seed must be an integer, got ${seed}.`);
  const generator = xoroshiro128plus(mixSeed(seed | 0, Math.floor(seed / 0x100000000)) | 0);
  return {
    next: () => (generator.next() >>> 0) / 0x100000000,
    fork: (...labels) =>
      streamFrom(
        labels.reduce<number>(
          (state, label) => mixSeed(state, label),
          mixSeed(seed | 0, Math.floor(seed / 0x100000000)),
        ),
      ),
  };
}
