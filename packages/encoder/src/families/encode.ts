import type { Key, Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import type { ModelParameters } from '../parameters/parameter-tree.ts';
import { type FamilyName, familyOf } from './families.ts';
import type { EncodeOptions, Visibility } from './family.ts';

/**
 * Encodes rows as a family does: BERT and its kin see the whole row (with `leftToRight` in the config, what comes before), T-TA all other tokens.
 *
 * @param parameters of this family and config
 * @param key none means no dropout
 * @returns hidden states `[batch, length, width]`, those of every layer, attention weights and embeddings
 * @throws {RangeError} for a family that does not exist, or options that it cannot honour
 */
export function encode(
  family: FamilyName,
  parameters: ModelParameters<Tensor>,
  { ids, segments, attend, positionIds }: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  options: EncodeOptions = {},
): Encoded {
  return familyOf(family).encode(parameters, { ids, segments, attend, positionIds }, config, key, options);
}

/** What the output at a token has seen: it decides how a model is pretrained and how it scores. */
export function visibilityOf(family: FamilyName, config: EncoderConfig): Visibility {
  return familyOf(family).visibility(config);
}
