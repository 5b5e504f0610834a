import {
  add,
  broadcastTo,
  constant,
  dropout,
  forkKey,
  gatherRows,
  type Key,
  linear,
  logicalAnd,
  type Tensor,
} from '@cloze/backend';
import { checkOptions, flag, whole } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { blocks } from '../layers/blocks.ts';
import { embed, positionRows } from '../layers/embed.ts';
import { normalise } from '../layers/normalise.ts';
import { inOrder, seenTokens } from '../layers/seen-tokens.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { hiddenDiagonal } from '../visible/hidden-diagonal.ts';

/** Choices of a T-TA encoder. */
export interface TtaOptions {
  /** Let a token see itself, as for fine-tuning; default false: the encoder is then a bidirectional language model in one pass. */
  readonly showDiagonal?: boolean;
  /** The token whose embedding joins the position in every query (the reference code's [MASK]); default the config's, else none: the article's Q₀ = P. */
  readonly queryToken?: number;
  /** Keep only what stands between blocks for the backward pass and compute the rest again there, default false: less memory, more time. */
  readonly recompute?: boolean;
}

/**
 * T-TA, a transformer-based text autoencoder (Shin, Lee, Jung 2020): `Q₀ = P; Q_l = Block(Q_{l−1}, E + P, E + P)`.
 *
 * Queries start from positions, keys and values are the raw input in every layer, and the diagonal is hidden, so the output at
 * position i does not depend on token i at all: one pass gives every token's probability given all others. A token that sees no
 * other gets zeros from attention, not NaN.
 *
 * @param key none means no dropout
 * @throws {RangeError} for encoders without a position table, where a query would know nothing, and with `leftToRight`
 */
export function encodeTta(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers' | 'finalNorm'>,
  inputs: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  options: TtaOptions = {},
): Encoded {
  checkOptions('encodeTta', options, { showDiagonal: flag, queryToken: whole(0), recompute: flag });
  const { showDiagonal = false, queryToken = config.queryToken, recompute = false } = options;

  const [batch, length] = inputs.ids.shape as [number, number];
  const { tokenTable, positionTable, norm, projection } = parameters.embeddings;
  if (!positionTable || config.positionKind !== 'absolute')
    throw new RangeError(
      `encodeTta: queries start from the position table; positionKind must be 'absolute', got '${config.positionKind}'.`,
    );
  if (config.leftToRight)
    throw new RangeError('encodeTta: a T-TA sees every token but its own; leftToRight must not be set.');
  const source = inOrder(embed(parameters.embeddings, inputs, config, key), inputs.texts);
  const places = positionRows(positionTable, length, inputs.tablePositions ?? inputs.positionIds, config);
  const named =
    queryToken === undefined ? places : add(places, gatherRows(tokenTable, constant([queryToken], [1, 1], 'int32')));
  const normalised = normalise(named, norm, config);
  const narrow = projection ? linear(normalised, projection) : normalised;
  // Rows differ only by dropout: a query must hold nothing of any token.
  const start = dropout(broadcastTo(narrow, [batch, length, config.width]), {
    rate: config.dropout,
    key: key && forkKey(key, 'queries'),
  });
  const real = seenTokens(inputs);
  const visible = showDiagonal ? real : logicalAnd(real, hiddenDiagonal(length));
  const encoded = blocks(
    parameters,
    { start, source, visible, positionIds: inputs.positionIds, recompute },
    config,
    key,
  );
  return { ...encoded, embeddings: source };
}
