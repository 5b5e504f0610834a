import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseVocabulary, trainVocabulary, type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';

/** The vocabulary of a data folder, or one learned from texts. */
export function openVocabulary(data: string | undefined, texts: readonly string[]): Vocabulary {
  if (data === undefined) return trainVocabulary(texts, { size: 12_000, minimum: 1 });
  const file = join(data, 'vocab', 'bert-base-chinese.txt');
  return vocabularyFrom(parseVocabulary(readFileSync(file), file));
}
