import { createHash } from 'node:crypto';

/** Where a poem belongs: by author, so that no author is in two splits. */
export type Split = 'train' | 'valid' | 'test';

/** The split of an author: 90 % train, 5 % valid, 5 % test, by hash, the same everywhere. */
export function splitOf(author: string): Split {
  const share = createHash('sha256').update(author).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.9 ? 'train' : share < 0.95 ? 'valid' : 'test';
}
