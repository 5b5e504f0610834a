import { anything, checkList, checkOptions, unchecked } from '@cloze/checks';
import {
  buildPmiVocabulary,
  candidateIds,
  candidatesByFrequency,
  type MaskableBatch,
  type MaskSetting,
  neighbourTable,
  ngramIds,
  type PairScore,
  type PmiVocabulary,
  type PresetGiven,
  pmiOfPairs,
  similarByEmbedding,
  similarByWordVectors,
  type WordVectors,
} from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { encode, type Vocabulary } from '@cloze/tokenizer';
import { segmentCorpus } from './segment-corpus.ts';

/** What every policy is told: of the vocabulary, and of a corpus. */
export interface PolicySetting {
  readonly setting: Omit<MaskSetting, 'randomOf'> & { readonly maskId: number; readonly padId: number };
  readonly given: Required<PresetGiven>;
}

/** What the counts, similar tokens and collocations are taken from. */
export interface PolicySources {
  readonly texts: readonly string[];
  /** Collocations; default those of the texts. */
  readonly pmi?: PmiVocabulary | undefined;
  /** Word vectors for similar words; default the neighbours of tokens in the batches. */
  readonly vectors?: WordVectors | undefined;
}

/** Times a token must occur for its neighbours to tell what it is like. */
const leastCount = 5;

/** What ids of the batches tell of each other, counted when it is first asked. */
function pairsOf(batches: readonly MaskableBatch[]): PairScore {
  function* rows() {
    for (const { shape, ids, maskable } of batches)
      for (let row = 0; row < shape[0]; row++) {
        const own = ids.subarray(row * shape[1], (row + 1) * shape[1]);
        yield own.filter((_, column) => maskable[row * shape[1] + column]);
      }
  }
  let score: PairScore | undefined;
  return (a, b) => {
    score ??= pmiOfPairs(rows());
    return score(a, b);
  };
}

/** What all presets need: counts, similar tokens and collocations of the corpus itself, where none are given. @param batches the texts, encoded */
export function policySetting(
  vocabulary: Vocabulary,
  batches: readonly MaskableBatch[],
  options: PolicySources,
): PolicySetting {
  checkOptions('policySetting', options, { texts: unchecked, pmi: anything, vectors: anything });
  const { texts, pmi, vectors } = options;

  checkList('policySetting: batches', batches);
  const counts = new Float64Array(vocabulary.tokens.length);
  for (const { ids, maskable } of batches)
    for (const [i, id] of ids.entries()) if (maskable[i]) counts[id] = (counts[id] as number) + 1;
  const candidates = candidateIds(vocabulary.tokens);
  const tokenize = (word: string) => encode(vocabulary, word).ids.slice(1, -1);
  const list =
    pmi ??
    buildPmiVocabulary(segmentCorpus(texts).sentences, {
      minimum: Math.floor(Math.max(3, Math.min(11, texts.length / 2000))),
    });
  const width = 32;
  const byNeighbours = () =>
    similarByEmbedding({
      table: neighbourTable(batches, vocabulary.tokens.length, streamFrom(1).fork('token table'), width),
      width,
      ids: candidates.filter((id) => (counts[id] as number) >= leastCount),
    });
  const similar = vectors
    ? similarByWordVectors(vectors, { tokenize, unknownId: vocabulary.special.unknown })
    : byNeighbours();
  return {
    setting: { maskId: vocabulary.special.mask, padId: vocabulary.special.pad, candidates, similar },
    given: {
      ngrams: ngramIds(list, tokenize, vocabulary.special.unknown),
      similar,
      frequencies: candidatesByFrequency({ counts, ids: candidates }),
      counts,
      pairs: pairsOf(batches),
    },
  };
}
