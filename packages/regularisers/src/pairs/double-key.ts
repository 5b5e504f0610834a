import { constant, type Key, multiply } from '@cloze/backend';

/** The key of a batch whose rows are all there twice: its first row counts double, so pieces of a batch never share draws. @internal */
export function doubleKey({ words, site }: Key): Key {
  return { words: multiply(words, constant([1, 1, 2], [3], 'int32')), site };
}
