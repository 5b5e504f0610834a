import { asStream, checkOptions, whole } from '@cloze/checks';
/**
 * Reads a stream ahead: up to `ahead` items are being made while the caller works on the one before.
 *
 * A compiled step runs outside JavaScript's thread, so batches that are tokenised and masked meanwhile cost no waiting. Items keep their
 * order; memory holds `ahead` of them at most. A source that fails does so after the items before it. Leaving early closes the source.
 *
 * @param options.ahead default 2 @throws {RangeError} when `ahead` is no positive whole number
 */
export async function* prefetch<T>(
  items: AsyncIterable<T>,
  options: { readonly ahead?: number } = {},
): AsyncGenerator<T> {
  checkOptions('prefetch', options, { ahead: whole(1) });
  const { ahead = 2 } = options;

  asStream('prefetch', items);
  if (!Number.isInteger(ahead) || ahead < 1)
    throw new RangeError(`prefetch: ahead must be a whole number of at least 1, got ${ahead}.`);
  const source = items[Symbol.asyncIterator]();
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = source.next();
    // Its failure is heard when its turn comes.
    next.catch(() => {});
    asked.push(next);
  };
  try {
    while (asked.length < ahead) ask();
    for (;;) {
      // A list of at most `ahead`.
      const { value, done } = await (asked.shift() as Promise<IteratorResult<T>>);
      if (done) return;
      ask();
      yield value;
    }
  } finally {
    await source.return?.();
  }
}
