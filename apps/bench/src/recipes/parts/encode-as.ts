import type { Key, Tensor } from '@cloze/backend';
import {
  causal,
  type Encoded,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  encodeTta,
  type TokenInputs,
} from '@cloze/encoder';

/** Who sees whom: everybody, all but oneself (T-TA), or only what is before. */
export type Architecture = 'bert' | 't-ta' | 'left-to-right';

/** Encodes rows as an architecture does. @param showDiagonal T-TA only: tokens see themselves, as for fine-tuning */
export function encodeAs(
  architecture: Architecture,
  parameters: EncoderParameters<Tensor>,
  inputs: TokenInputs,
  config: EncoderConfig,
  key: Key | undefined,
  showDiagonal = false,
): Encoded {
  if (architecture === 't-ta') return encodeTta(parameters, inputs, config, key, { showDiagonal });
  const visible = architecture === 'left-to-right' ? causal(inputs.attend) : undefined;
  return encodeBert(parameters, inputs, config, key, { visible });
}
