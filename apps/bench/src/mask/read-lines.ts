import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readPoems } from '@cloze/quick-start';

/**
 * Texts to mask: the lines of `corpus/zh-modern.txt.gz` in a data folder, or without one the poems of the npm package.
 *
 * @param data folder laid out as the data README says @param limit at most so many texts, of poems for each dynasty
 */
export function readLines(data: string | undefined, limit = Number.POSITIVE_INFINITY): string[] {
  if (data === undefined) return readPoems(limit).map(({ couplets }) => couplets.join(''));
  const file = join(data, 'corpus', 'zh-modern.txt.gz');
  // The texts may hold U+2028 and others that are no line ends here.
  return gunzipSync(readFileSync(file)).toString('utf8').split('\n').filter(Boolean).slice(0, limit);
}
