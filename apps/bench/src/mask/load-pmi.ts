import { readFileSync } from 'node:fs';
import { type PmiVocabulary, parsePmi } from '@cloze/masking';

/** Reads a list of collocations. Only \n ends a line: words may hold U+2028, at which node:readline cuts. @throws naming the line that is wrong */
export function loadPmi(file: string): PmiVocabulary {
  return parsePmi(readFileSync(file, 'utf8').split('\n'));
}
