import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPmiVocabulary,
  candidateIds,
  type MaskableBatch,
  parseWordVectors,
  similarByEmbedding,
  similarByWordVectors,
} from '@cloze/masking';
import { encode, parseVocabulary, trainVocabulary, type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';
import { loadPmi } from './load-pmi.ts';
import type { PolicySetting } from './mask-policies.ts';
import { ngramIds } from './ngram-ids.ts';
import { segmentCorpus } from './segment-corpus.ts';
import { tokenTable } from './token-table.ts';

/** The vocabulary of a data folder, or one learned from texts. */
export function openVocabulary(data: string | undefined, texts: readonly string[]): Vocabulary {
  if (data === undefined) return trainVocabulary(texts, { size: 12_000, minimum: 1 });
  const file = join(data, 'vocab', 'bert-base-chinese.txt');
  return vocabularyFrom(parseVocabulary(readFileSync(file), file));
}

/** What all policies need: counts, similar tokens and collocations of the corpus itself, unless files of them are given. */
export async function policySetting(
  vocabulary: Vocabulary,
  batches: readonly MaskableBatch[],
  {
    texts,
    pmi,
    vectors,
  }: { readonly texts: readonly string[]; readonly pmi?: string | undefined; readonly vectors?: string | undefined },
): Promise<PolicySetting> {
  const counts = new Float64Array(vocabulary.tokens.length);
  for (const { ids, maskable } of batches)
    for (const [at, id] of ids.entries()) if (maskable[at]) counts[id] = (counts[id] as number) + 1;
  const candidates = candidateIds(vocabulary.tokens);
  const list = pmi
    ? loadPmi(pmi)
    : buildPmiVocabulary(segmentCorpus(texts).sentences, {
        minimum: Math.max(3, Math.min(11, texts.length / 2000)) | 0,
      });
  const width = 32;
  const byNeighbours = () =>
    similarByEmbedding({
      table: tokenTable(batches, vocabulary.tokens.length, width),
      width,
      ids: candidates.filter((id) => (counts[id] as number) >= 5),
    });
  return {
    maskId: vocabulary.special.mask,
    padId: vocabulary.special.pad,
    candidates,
    counts,
    ngrams: ngramIds(list, vocabulary),
    similar: vectors === undefined ? byNeighbours() : byVectors(vectors, vocabulary),
  };
}

/** Similar words from a file of word vectors in word2vec's text format. */
function byVectors(file: string, vocabulary: Vocabulary) {
  return similarByWordVectors(parseWordVectors(readFileSync(file, 'utf8').split('\n')), {
    tokenize: (word) => encode(vocabulary, word).ids.slice(1, -1),
  });
}
