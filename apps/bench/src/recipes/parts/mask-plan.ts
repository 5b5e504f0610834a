import type { Visibility } from '@cloze/encoder';
import {
  buildPmiVocabulary,
  type Candidates,
  candidateIds,
  type MaskableBatch,
  type MaskedBatch,
  type MaskPolicy,
  maskBatch,
  maskCopies,
  ngrams,
  pmiNgrams,
  predictNext,
  type RandomStream,
  type SimilarWords,
  spans,
  splitMaskable,
  targetEveryToken,
  tokens,
  words,
} from '@cloze/masking';
import { z } from 'zod';
import { ngramIds } from '../../mask/ngram-ids.ts';
import { segmentCorpus } from '../../mask/segment-corpus.ts';
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
  /** `dynamic`: drawn anew each time; `split`: 15 % of each row, chosen once, are all that is ever asked. */
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

/** Turns a padded batch into inputs and targets. @param example names row r's example, whatever the batch */
export type MaskBatchOf = (
  batch: MaskableBatch,
  draw: { readonly step: RandomStreamOf; readonly example: RandomStreamOf },
) => MaskedBatch;
/** The stream of row r. */
export type RandomStreamOf = (row: number) => RandomStream;

/**
 * The masking that suits what an encoder sees: T-TA asks every token, a left-to-right model the next one, BERT what the policy chooses.
 *
 * Slots are the same for every batch of a length, so that few shapes are traced.
 */
export function maskPlan(
  visibility: Visibility,
  settings: MaskSettings,
  { vocabulary, texts }: Corpus,
  similar?: SimilarWords,
): MaskBatchOf {
  if (visibility === 'others') return (batch) => targetEveryToken(batch, { slots: batch.shape[1] - 2 });
  if (visibility === 'before') return (batch) => predictNext(batch, { slots: batch.shape[1] - 1 });
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
          vocabulary,
        ),
      }),
  }[settings.units]();
  const candidates: Candidates = candidateIds(vocabulary.tokens);
  const { corrupt, predict, replacement, positions } = settings;
  const policy: MaskPolicy = {
    units,
    rate: corrupt,
    overflow: settings.units === 'span' ? 'split' : 'skip',
    replacement: shares[replacement],
    replacePer: settings.units === 'token' || settings.units === 'word' ? 'token' : 'unit',
  };
  return (batch, { step, example }) => {
    const chosen = positions === 'split' ? splitMaskable(batch, { randomOf: example }).training : batch;
    const room = (share: number) => Math.min(batch.shape[1] - 2, Math.ceil((batch.shape[1] - 2) * share) + 1);
    const own = { maskId: vocabulary.special.mask, candidates, randomOf: step, ...(similar && { similar }) };
    // The split is the choice: all of it is asked each time, only what replaces it is drawn anew.
    if (positions === 'split') return maskBatch(chosen, { ...policy, ...own, rate: 1, slots: room(0.16) });
    if (predict > corrupt) return maskCopies(chosen, { ...policy, ...own, predict, slots: room(corrupt) });
    return maskBatch(chosen, {
      ...policy,
      ...own,
      slots: room(corrupt),
      ...(predict < corrupt && { predictionRate: predict }),
    });
  };
}
