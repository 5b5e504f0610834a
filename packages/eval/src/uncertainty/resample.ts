import { finiteFigure } from './finite-figure.ts';
import type { RandomStream } from './random-stream.ts';

/**
 * A statistic of `samples` resamples with replacement of the numbers 0 to size − 1; the buffer given is used again.
 *
 * @throws {RangeError} for fewer than two rows, which have no spread to resample, and a statistic that is not finite
 */
export function resample(
  where: string,
  size: number,
  samples: number,
  random: RandomStream,
  statistic: (rows: Uint32Array) => number,
): Float64Array {
  if (size < 2)
    throw new RangeError(`${where}: expected at least two examples, got ${size}; one has no spread to resample.`);
  const rows = new Uint32Array(size);
  return Float64Array.from({ length: samples }, (_, number) => {
    for (let i = 0; i < size; i++) rows[i] = Math.floor(random.next() * size);
    return finiteFigure(where, `the statistic of resample ${number}`, statistic(rows));
  });
}
