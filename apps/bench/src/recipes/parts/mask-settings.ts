import { segmentCorpus } from '@cloze/datasets';
import type { Visibility } from '@cloze/encoder';
import {
  buildPmiVocabulary,
  everyToken,
  nextToken,
  ngramIds,
  ngrams,
  type Policy,
  pmiNgrams,
  spans,
  tokens,
  words,
} from '@cloze/masking';
import { encode } from '@cloze/tokenizer';
import { z } from 'zod';
import type { Corpus } from './open-corpus.ts';

/** What is hidden and what is asked. */
export const maskSettings = z.strictObject({
  /** What is chosen as a whole. */
  units: z.enum(['token', 'word', 'ngram', 'span', 'pmi']),
  /** Share of tokens that are corrupted. */
  corrupt: z.number().gt(0).max(1),
  /** Share of tokens that are predicted: below `corrupt` a part of them, above it disjoint copies of the row. */
  predict: z.number().gt(0).max(1),
  /** `classic`: 80 % [MASK], 10 % random, 10 % kept; `mask`: [MASK] only; `similar`: MacBERT's 80 % similar words, no [MASK]. */
  replacement: z.enum(['classic', 'mask', 'similar']),
  /** `dynamic`: drawn anew each time; `split`: a share `corrupt` of each row, chosen once, is all that is ever asked. */
  positions: z.enum(['dynamic', 'split']),
});
export type MaskSettings = z.infer<typeof maskSettings>;

/** Bert's own masking. */
export const classicMask: MaskSettings = {
  units: 'token',
  corrupt: 0.15,
  predict: 0.15,
  replacement: 'classic',
  positions: 'dynamic',
};

const shares = {
  classic: { mask: 0.8, random: 0.1, keep: 0.1 },
  mask: { mask: 1, random: 0, keep: 0 },
  similar: { mask: 0, random: 0.1, keep: 0.1, similar: 0.8 },
} as const;

/** The masking that suits what an encoder sees: T-TA asks every token, a left-to-right model the next one, BERT what the settings say. */
export function policyOf(
  visibility: Visibility,
  settings: MaskSettings,
  { vocabulary, texts, isPlain }: Corpus,
): Policy {
  if (visibility === 'others') return everyToken;
  if (visibility === 'before') return nextToken;
  const { corrupt, predict, replacement, positions } = settings;
  if (settings.units === 'pmi' && !isPlain)
    throw new Error(
      "mask.units 'pmi' finds collocations by BERT's lower-cased WordPiece, and the encoder has another tokenizer; choose word, ngram, span or token.",
    );
  const units = {
    token: () => tokens,
    word: () => words,
    ngram: () => ngrams(),
    span: () => spans(),
    pmi: () =>
      pmiNgrams({
        ngrams: ngramIds(
          buildPmiVocabulary(segmentCorpus(texts).sentences, {
            minimum: Math.max(3, Math.min(11, texts.length / 2000)) | 0,
          }),
          (word) => encode(vocabulary, word).ids.slice(1, -1),
          vocabulary.special.unknown,
        ),
      }),
  }[settings.units]();
  return {
    name: settings.units,
    units,
    rate: corrupt,
    overflow: settings.units === 'span' ? 'split' : 'skip',
    replacement: shares[replacement],
    replacePer: settings.units === 'token' || settings.units === 'word' ? 'token' : 'unit',
    ...(predict !== corrupt && { predictionRate: predict }),
    ...(positions === 'split' && { fixed: true }),
  };
}
