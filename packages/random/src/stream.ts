import { checkArguments, shown, whole } from '@cloze/checks';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of uniform numbers that can be forked by name. */
export interface RandomStream {
  /** The next number, uniform in [0, 1), a multiple of 2⁻³². */
  next(): number;
  /** A new stream that depends only on this stream's seed and the labels, not on how many numbers were drawn. */
  fork(...labels: readonly (string | number)[]): RandomStream;
}

/**
 * 32-bit FNV-1a with a final avalanche, so that nearby seeds and labels give unrelated streams.
 *
 * @param seed a whole number of 32 bits, −2³¹ to 2³² − 1 @param label a text or a finite number
 * @throws {RangeError} for another seed or label: two that differ above 32 bits would give one stream
 */
export function mixSeed(seed: number, label: string | number): number {
  if (!(Number.isInteger(seed) && seed >= -0x80000000 && seed <= 0xffffffff))
    throw new RangeError(
      `mixSeed: seed must be a whole number from ${-0x80000000} to ${0xffffffff}, got ${shown(seed)}.`,
    );
  if (typeof label !== 'string' && !Number.isFinite(label))
    throw new RangeError(`mixSeed: label must be a text or a finite number, got ${shown(label)}.`);
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of `${typeof label}:${label}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A stream from a seed, on pure-rand's xoroshiro128+: the same seed and labels give the same numbers anywhere.
 *
 * @param seed a whole number that doubles hold exactly @throws {RangeError} for another, and by `fork` for a label that is no text or finite number
 */
export function streamFrom(seed: number): RandomStream {
  checkArguments('streamFrom', { seed }, { seed: whole() });
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
