import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { segmentCorpus } from '@cloze/datasets';
import { readPmi } from '@cloze/datasets/node';
import {
  buildPmiVocabulary,
  candidateIds,
  candidatesByFrequency,
  isTargetPolicy,
  type MaskableBatch,
  type MaskSetting,
  type Policy,
  type PresetGiven,
  parseWordVectors,
  presetNamed,
  presets,
  similarByEmbedding,
  similarByWordVectors,
} from '@cloze/masking';
import { encode, parseVocabulary, trainVocabulary, type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';
import { ngramIds } from './ngram-ids.ts';
import { tokenTable } from './token-table.ts';

/** What every policy is told: of the vocabulary, and of a corpus. */
export interface PolicySetting {
  readonly setting: Omit<MaskSetting, 'randomOf'> & { readonly maskId: number; readonly padId: number };
  readonly given: Required<PresetGiven>;
}

/** A policy with a name, as every preset is. */
export type NamedPolicy = Policy & { readonly name: string; readonly about: string };

/** Presets by name with commas between, or all. @throws for a name that is none of them, naming the nearest */
export const policiesNamed = (names: string, given: Required<PresetGiven>): NamedPolicy[] =>
  (names === 'all' ? presets.map(({ name }) => name) : [...new Set(names.split(','))]).map((name) => {
    const policy = presetNamed(name, given);
    return isTargetPolicy(policy) ? policy : { ...policy, name, about: policy.about ?? '' };
  });

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
    ? readPmi(pmi)
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
  const similar = vectors === undefined ? byNeighbours() : byVectors(vectors, vocabulary);
  return {
    setting: { maskId: vocabulary.special.mask, padId: vocabulary.special.pad, candidates, similar },
    given: {
      ngrams: ngramIds(list, vocabulary),
      similar,
      frequencies: candidatesByFrequency({ counts, ids: candidates }),
    },
  };
}

/** Similar words from a file of word vectors in word2vec's text format. */
function byVectors(file: string, vocabulary: Vocabulary) {
  return similarByWordVectors(parseWordVectors(readFileSync(file, 'utf8').split('\n')), {
    tokenize: (word) => encode(vocabulary, word).ids.slice(1, -1),
  });
}
