import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamTexts } from '@cloze/datasets/node';
import { parseVocabulary, trainVocabulary, type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';
import { poems } from '../poems.ts';

/** The text that rows read: the corpus of a data folder, or classical poems. */
export interface PerfCorpus {
  /** Its first texts. */
  readonly texts: readonly string[];
  /** The Chinese BERT's of the data folder, or one learned from the poems. */
  readonly vocabulary: Vocabulary;
}

/** Where a data folder keeps its corpus. */
export const corpusFile = (data: string): string => join(data, 'corpus', 'zh-modern.txt.gz');

/** The first `count` texts of a data folder, or as many poems of each dynasty without one; and a vocabulary for them. */
export async function openPerfCorpus(data: string | undefined, count: number): Promise<PerfCorpus> {
  if (data === undefined) {
    const texts = poems(count).map(({ couplets }) => couplets.join(''));
    return { texts, vocabulary: trainVocabulary(texts, { size: 12_000, minimum: 1 }) };
  }
  const texts: string[] = [];
  for await (const text of streamTexts(corpusFile(data))) if (texts.push(text) === count) break;
  const file = join(data, 'vocab', 'bert-base-chinese.txt');
  return { texts, vocabulary: vocabularyFrom(parseVocabulary(readFileSync(file), file)) };
}
