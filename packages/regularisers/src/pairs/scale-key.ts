import { constant, type Key, multiply } from '@cloze/backend';

/** The key of a batch whose rows are all there several times: its first row counts as often, so pieces of a batch never share draws. @internal */
export function scaleKey({ seedWords, site }: Key, times: number): Key {
  return { seedWords: multiply(seedWords, constant([1, 1, times], [3], 'int32')), site };
}
