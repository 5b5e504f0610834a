import { forkKey, type Key, type Tensor } from '@cloze/backend';
import { checkOptions, oneOf } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { FamilyName } from '../families/families.ts';
import { encode } from '../families/families.ts';
import { pool } from '../heads/pool.ts';
import { predictTokens } from '../heads/predict-tokens.ts';
import type { TokenInputs } from '../layers/batch.ts';
import { type MaskedLoss, maskedCrossEntropy } from '../losses/masked-cross-entropy.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { type DenoisingDecoderParameters, decodeFromVector } from './denoising-decoder.ts';

/** A text that lost tokens, and the text with what each of its places is to predict, as `predictNext` gives it. */
export interface DenoisingBatch {
  readonly corrupted: TokenInputs;
  readonly original: Pick<TokenInputs, 'ids' | 'segments' | 'attend'> & {
    /** int32 `[batch, slots]` */
    readonly targetPositions: Tensor;
    /** int32 `[batch, slots]` */
    readonly targets: Tensor;
    /** `[batch, slots]` */
    readonly weights: Tensor;
  };
}

/**
 * TSDAE's loss (Wang, Reimers, Gurevych 2021): the vector of a text that lost tokens is all that a decoder with the encoder's own weights may read of it to
 * say the text again, `−ln p(token | those before it, vector)` in the mean over tokens.
 *
 * The paper deletes 60 % of the tokens: `dropTokens(batch, { rate: 0.6 })` of `@cloze/masking`, its rows read without their `positionIds`, as texts of their own.
 *
 * @param models the encoder, and the cross-attentions of `initialDenoisingDecoder`; both learn
 * @param options.pooling the vector, default `first` as in the paper
 */
export function denoisingLoss(
  models: {
    readonly family?: FamilyName;
    readonly parameters: EncoderParameters<Tensor>;
    readonly decoder: DenoisingDecoderParameters<Tensor>;
    readonly config: EncoderConfig;
  },
  batch: DenoisingBatch,
  key?: Key,
  options: { readonly pooling?: 'first' | 'mean' } = {},
): MaskedLoss & { /** `[batch, width]` */ readonly vector: Tensor; readonly logits: Tensor } {
  checkOptions('denoisingLoss', options, { pooling: oneOf(['first', 'mean']) });
  const { family = 'bert', parameters, decoder, config } = models;
  const { pooling = 'first' } = options;
  const { corrupted, original } = batch;
  const { ids, segments, attend } = corrupted;
  const read = encode(family, parameters, { ids, segments, attend }, config, key && forkKey(key, 'encoder'));
  const vector = pool(read.hidden, attend, pooling);
  const { targetPositions, targets, weights, ...text } = original;
  const hidden = decodeFromVector(parameters, decoder, { ...text, vector }, config, key && forkKey(key, 'decoder'));
  const logits = predictTokens(parameters, hidden, targetPositions, config);
  return { ...maskedCrossEntropy(logits, targets, weights), vector, logits };
}
