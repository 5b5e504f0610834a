import { createWriteStream, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatPmi, type PmiVocabulary } from '@cloze/masking';

/** Writes a list of collocations, which may be long, beside its place first, so that an interrupted run leaves no half list. */
export async function savePmi(file: string, vocabulary: PmiVocabulary): Promise<void> {
  const lines = function* () {
    for (const line of formatPmi(vocabulary)) yield `${line}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(`${file}.partial`));
  renameSync(`${file}.partial`, file);
}
