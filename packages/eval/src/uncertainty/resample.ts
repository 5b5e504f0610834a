import type { RandomStream } from './random-stream.ts';

/** A statistic of `samples` resamples with replacement of the numbers 0 to size − 1; the buffer given is used again. */
export function resample(
  size: number,
  samples: number,
  random: RandomStream,
  statistic: (rows: Uint32Array) => number,
): Float64Array {
  const rows = new Uint32Array(size);
  return Float64Array.from({ length: samples }, () => {
    for (let i = 0; i < size; i++) rows[i] = Math.floor(random.next() * size);
    return statistic(rows);
  });
}
