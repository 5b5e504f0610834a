import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPmiVocabulary, candidateIds, type MaskableBatch, similarByEmbedding } from '@cloze/masking';
import { trainVocabulary, type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';
import type { PolicySetting } from './mask-policies.ts';
import { loadPmi, ngramIds } from './pmi-file.ts';
import { segmentCorpus } from './segment-corpus.ts';
import { tokenTable } from './token-table.ts';

/** The vocabulary of a data folder, or one learned from texts. */
export function openVocabulary(data: string | undefined, texts: readonly string[]): Vocabulary {
  if (data === undefined) return trainVocabulary(texts, { size: 12_000, minimum: 1 });
  const lines = readFileSync(join(data, 'vocab', 'bert-base-chinese.txt'), 'utf8').split('\n');
  return vocabularyFrom(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
}

/** What all policies need: counts, similar tokens and collocations of the corpus itself, unless a list is given. */
export async function policySetting(
  vocabulary: Vocabulary,
  batches: readonly MaskableBatch[],
  { texts, pmi }: { readonly texts: readonly string[]; readonly pmi: string | undefined },
): Promise<PolicySetting> {
  const counts = new Float64Array(vocabulary.tokens.length);
  for (const { ids, maskable } of batches)
    for (const [at, id] of ids.entries()) if (maskable[at]) counts[id] = (counts[id] as number) + 1;
  const candidates = candidateIds(vocabulary.tokens);
  const list = pmi
    ? await loadPmi(pmi)
    : buildPmiVocabulary(segmentCorpus(texts).sentences, {
        minimum: Math.max(3, Math.min(11, texts.length / 2000)) | 0,
      });
  const width = 32;
  return {
    maskId: vocabulary.special.mask,
    padId: vocabulary.special.pad,
    candidates,
    counts,
    ngrams: ngramIds(list, vocabulary),
    similar: similarByEmbedding({
      table: tokenTable(batches, vocabulary.tokens.length, width),
      width,
      ids: candidates.filter((id) => (counts[id] as number) >= 5),
    }),
  };
}
