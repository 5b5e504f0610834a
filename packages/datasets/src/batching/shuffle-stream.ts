import { asStream, checkOptions, whole } from '@cloze/checks';
/**
 * Shuffles a stream through a buffer: each item leaves at a random moment, at most all of them held are `buffer`.
 *
 * The order follows from the seed and the stream alone. To resume, give the same stream and seed and `skip` what was consumed: the
 * stream is read again, so the rest comes in the same order, bit for bit.
 *
 * @param random a fresh seeded stream @param options.buffer default 10,000; 1 keeps the order @param options.skip default 0
 * @throws {RangeError} when `buffer` is no positive whole number
 */
export async function* shuffleStream<T>(
  items: AsyncIterable<T> | Iterable<T>,
  random: { next(): number },
  options: { readonly buffer?: number; readonly skip?: number } = {},
): AsyncGenerator<T> {
  checkOptions('shuffleStream', options, { buffer: whole(1), skip: whole(0) });
  const { buffer = 10_000, skip = 0 } = options;

  asStream('shuffleStream', items);
  if (!Number.isInteger(buffer) || buffer < 1)
    throw new RangeError(`shuffleStream: buffer must be a whole number of at least 1, got ${buffer}.`);
  const held: T[] = [];
  let given = 0;
  const take = (): T => {
    const chosen = Math.floor(random.next() * held.length);
    const out = held[chosen] as T;
    held[chosen] = held.at(-1) as T;
    held.pop();
    return out;
  };
  for await (const item of items) {
    held.push(item);
    if (held.length < buffer) continue;
    const out = take();
    if (given++ >= skip) yield out;
  }
  while (held.length > 0) {
    const out = take();
    if (given++ >= skip) yield out;
  }
}
