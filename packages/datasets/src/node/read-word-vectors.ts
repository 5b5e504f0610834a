import { parseWordVectors, type WordVectors } from '@cloze/masking';
import { ofFile } from './of-file.ts';
import { readUtf8 } from './read-utf8.ts';

/**
 * Reads word vectors in word2vec's text format.
 *
 * @throws {TableError} for what is no file, or no UTF-8 {RangeError} naming the file and what is wrong in it, as `parseWordVectors`
 */
export function readWordVectors(file: string): WordVectors {
  const text = readUtf8(file);
  return ofFile(file, () => parseWordVectors(text.split('\n')));
}
