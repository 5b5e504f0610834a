import { createWriteStream, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatPmi, type PmiVocabulary, parsePmi } from '@cloze/masking';
import { ofFile } from './of-file.ts';
import { readUtf8 } from './read-utf8.ts';

/** Reads a list of collocations. Only \n ends a line: words may hold U+2028, at which node:readline cuts. @throws naming the file and the line that is wrong, or no UTF-8 */
export function readPmi(file: string): PmiVocabulary {
  const text = readUtf8(file);
  return ofFile(file, () => parsePmi(text.split('\n')));
}

/** Writes a list of collocations, which may be long, beside its place first, so that an interrupted run leaves no half list. */
export async function writePmi(file: string, vocabulary: PmiVocabulary): Promise<void> {
  const lines = function* () {
    for (const line of formatPmi(vocabulary)) yield `${line}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(`${file}.partial`));
  renameSync(`${file}.partial`, file);
}
