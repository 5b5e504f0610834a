import { createReadStream, createWriteStream, renameSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatPmi, type PmiVocabulary, parsePmi } from '@cloze/masking';
import { encode, type Vocabulary } from '@cloze/tokenizer';

/** Writes a list beside its place first, so that an interrupted run leaves no half list. */
export async function savePmi(file: string, vocabulary: PmiVocabulary): Promise<void> {
  const lines = function* () {
    for (const line of formatPmi(vocabulary)) yield `${line}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(`${file}.partial`));
  renameSync(`${file}.partial`, file);
}

/** Reads a list. @throws naming the line that is wrong */
export async function loadPmi(file: string): Promise<PmiVocabulary> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) lines.push(line);
  return parsePmi(lines);
}

/** Token ids of each collocation; those with a word the vocabulary lacks are left out. */
export function ngramIds({ entries }: PmiVocabulary, vocabulary: Vocabulary): Int32Array[] {
  return entries.flatMap(({ words }) => {
    const ids = words.flatMap((word) => {
      const encoded = encode(vocabulary, word).ids;
      return [...encoded.subarray(1, encoded.length - 1)];
    });
    return ids.includes(vocabulary.special.unknown) ? [] : [Int32Array.from(ids)];
  });
}
