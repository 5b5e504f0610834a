import type { Key, Tensor } from '@cloze/backend';
import {
  type Encoded,
  type EncoderConfig,
  type EncoderParameters,
  encode,
  type FamilyName,
  type TokenInputs,
} from '@cloze/encoder';
import { everyToken, type MaskedBatch, type MaskPolicy, mask, roberta } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import type { TokenBatch } from '@cloze/tokenizer';

/** The two encoders that are compared. */
export type ModelName = 'BERT' | 'T-TA';

/** Their families. */
export const families: Readonly<Record<ModelName, FamilyName>> = { BERT: 'bert', 'T-TA': 't-ta' };

/** Runs the encoder of a name; T-TA shows its diagonal for fine-tuning. */
export function encodeWith(
  name: ModelName,
  parameters: EncoderParameters<Tensor>,
  { ids, segments, attend }: TokenInputs,
  config: EncoderConfig,
  key: Key | undefined,
  showDiagonal = false,
): Encoded {
  return encode(families[name], parameters, { ids, segments, attend }, config, key, { showDiagonal });
}

/** 15 % of tokens, at least one of a row. */
const classic: MaskPolicy = { ...roberta, atLeastOne: true };

/** Pretraining targets of a model: 15 % with 80/10/10 for BERT, every token for T-TA. Masks depend on (seed, step, row) only. */
export function targetsFor(
  name: ModelName,
  batch: TokenBatch,
  { seed, step, maskId, vocabularySize }: { seed: number; step: number; maskId: number; vocabularySize: number },
): MaskedBatch {
  const stream = streamFrom(seed).fork('masking', step);
  return mask(batch, name === 'T-TA' ? everyToken : classic, {
    maskId,
    candidates: { from: 5, to: vocabularySize },
    randomOf: (row) => stream.fork(row),
  });
}
