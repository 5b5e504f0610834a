import { callable, checkOptions, needed, real } from '@cloze/checks';
import type { MaskableBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';

/**
 * Random replacement of a decoder's input against exposure bias (the row of the CSL title table): labels stay as they are.
 *
 * With probability 1 − `probability` a row is left alone; else each maskable token of segment 1 gives way, with probability `rate`,
 * to one drawn from the different tokens of the same row's segment 1.
 *
 * @param options.probability that a row is touched, default 0.5 @param options.rate share of tokens replaced, default 0.3
 * @returns new ids `[batch, length]`
 * @throws {RangeError} naming every option outside [0, 1]
 */
export function replaceDecoderInput(
  batch: MaskableBatch,
  options: { readonly probability?: number; readonly rate?: number; readonly randomOf: (row: number) => RandomStream },
): Int32Array {
  checkOptions('replaceDecoderInput', options, {
    probability: real({ from: 0, to: 1 }),
    rate: real({ from: 0, to: 1 }),
    randomOf: needed(callable),
  });
  const { probability = 0.5, rate = 0.3, randomOf } = options;

  checkBatch('replaceDecoderInput', batch);
  const problems = Object.entries({ probability, rate })
    .filter(([, share]) => !(share >= 0 && share <= 1))
    .map(([name, share]) => `${name} must be in [0, 1], got ${share}`);
  if (problems.length > 0) throw new RangeError(`replaceDecoderInput: ${problems.join('; ')}.`);
  const [rows, length] = batch.shape;
  const ids = batch.ids.slice();
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    if (random.next() >= probability) continue;
    const places: number[] = [];
    for (let place = row * length; place < (row + 1) * length; place++)
      if (batch.maskable[place] && batch.segments[place] === 1) places.push(place);
    const own = [...new Set(places.map((place) => batch.ids[place] as number))];
    for (const place of places)
      if (random.next() < rate) ids[place] = own[Math.floor(random.next() * own.length)] as number;
  }
  return ids;
}
