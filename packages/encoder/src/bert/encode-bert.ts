import { type Key, logicalAnd, type Tensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { type BlocksParameters, blocks } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import { inOrder, seenTokens } from '../layers/seen-tokens.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { causal } from '../visible/causal.ts';

/** Choices of a BERT encoder. */
export interface BertOptions {
  /** Which tokens see which, bool broadcastable to `[batch, heads, length, length]`; default: every real token, with `leftToRight` those before. See `causal`, `prefix`, `packed`. */
  readonly visible?: Tensor | undefined;
  /** Whether the graph is to hold for rows of every length, as one that is exported: masks over all pairs instead of blocks of near tokens, whole tables of distances; default false. */
  readonly openLength?: boolean | undefined;
  /** Keep only what stands between blocks for the backward pass and compute the rest again there, default false: less memory, more time. */
  readonly recompute?: boolean;
}

/**
 * BERT: token, position and segment embeddings, then blocks in which every token sees every real token (Devlin et al. 2019).
 *
 * RoBERTa, MacBERT, ELECTRA and ALBERT are the same function of another config, as is a left-to-right model; UniLM and MAE with
 * masked columns are the same function of another `visible`.
 *
 * @param key none means no dropout
 * @returns hidden states `[batch, length, width]`, and every layer's
 * @throws {RangeError} for packed rows without positions, or with another visibility
 */
export function encodeBert(
  parameters: BlocksParameters & Pick<EncoderParameters<Tensor>, 'embeddings'>,
  inputs: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  options: BertOptions = {},
): Encoded {
  checkOptions('encodeBert', options, { visible: anything, recompute: flag, openLength: flag });
  const { visible, recompute = false, openLength = false } = options;

  const { texts } = inputs;
  if (texts && visible) throw new RangeError("encodeBert: give 'visible' or packed rows ('texts'), not both.");
  const embeddings = inOrder(embed(parameters.embeddings, inputs, config, key), texts);
  const seen = seenTokens(inputs);
  const own = config.leftToRight ? logicalAnd(causal(inputs.attend), seen) : seen;
  const encoded = blocks(
    parameters,
    {
      ...{ start: embeddings, visible: visible ?? own, positionIds: inputs.positionIds, recompute, openLength },
      ...(!visible && !config.leftToRight && { real: inputs.attend, texts }),
    },
    config,
    key,
  );
  return { ...encoded, embeddings };
}
