import type { Key, Tensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { blocks } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { causal } from '../visible/causal.ts';
import { realKeys } from '../visible/real-keys.ts';

/** Choices of a BERT encoder. */
export interface BertOptions {
  /** Which tokens see which, bool broadcastable to `[batch, heads, length, length]`; default: every real token, with `leftToRight` those before. See `causal`, `prefix`, `packed`. */
  readonly visible?: Tensor | undefined;
  /** Where layers see only near tokens of long rows, and no `visible` is given: blocks of queries against their neighbours instead of a mask over all pairs; default where there is a key, as in training. A graph that is exported with its length open must not. */
  readonly inBlocks?: boolean | undefined;
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
 */
export function encodeBert(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers' | 'finalNorm'>,
  inputs: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  options: BertOptions = {},
): Encoded {
  checkOptions('encodeBert', options, { visible: anything, recompute: flag, inBlocks: flag });
  const { visible, recompute = false, inBlocks = key !== undefined } = options;

  const embeddings = embed(parameters.embeddings, inputs, config, key);
  const own = config.leftToRight ? causal(inputs.attend) : realKeys(inputs.attend);
  const encoded = blocks(
    parameters,
    {
      ...{ start: embeddings, visible: visible ?? own, positionIds: inputs.positionIds, recompute },
      ...(inBlocks && !visible && !config.leftToRight && { real: inputs.attend }),
    },
    config,
    key,
  );
  return { ...encoded, embeddings };
}
