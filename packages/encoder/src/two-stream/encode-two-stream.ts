import { add, broadcastTo, constant, dropout, forkKey, gatherRows, type Key, type Tensor } from '@cloze/backend';
import { anything, checkOptions, needed, whole } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import { block } from '../layers/blocks.ts';
import { embed, positionRows } from '../layers/embed.ts';
import { normalise } from '../layers/normalise.ts';
import { layerSequence } from '../layers/stored-layers.ts';
import type { BlockParameters, EncoderParameters } from '../parameters/parameter-tree.ts';
import { permuted } from '../visible/permuted.ts';

/** What two streams give: `hidden` is the query stream (predicts the token of its place), `content` the one that has seen it. */
export interface TwoStreams extends Omit<Encoded, 'weights' | 'keysValues'> {
  readonly content: Tensor;
}

/**
 * XLNet's two-stream attention over absolute positions (Yang et al. 2019), T-TA's comparison.
 *
 * The content stream `h` starts from token + position and sees what comes no later in a permutation; the query stream `g` starts from
 * the query token's embedding + position, takes keys and values from `h` of the layer below, and sees only what comes before. Both use the same weights.
 * The output at i depends on tokens before i in the order and on nothing else, at any depth.
 *
 * @param order int32 `[batch, length]`: the rank of each position in the permutation; 0, 1, 2, … is left to right
 * @param queryToken whose embedding every query starts from, often [MASK]
 */
export function encodeTwoStream(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'layers'>,
  inputs: TokenInputs & { readonly order: Tensor },
  config: EncoderConfig,
  options: { readonly queryToken: number; readonly key?: Key | undefined },
): TwoStreams {
  checkOptions('encodeTwoStream', options, { queryToken: needed(whole(0)), key: anything });
  const { queryToken, key } = options;

  const { positionIds } = inputs;
  const [batch, length] = inputs.ids.shape as [number, number];
  const { tokenTable, positionTable, norm, projection } = parameters.embeddings;
  if (!positionTable || projection || config.positionKind !== 'absolute' || config.normPlacement !== 'post')
    throw new RangeError(
      'encodeTwoStream: needs absolute positions, post-layer-norm, and tables as wide as the blocks.',
    );
  const lacking = (['localWindow', 'biasBuckets', 'convolution'] as const).filter((name) => config[name]);
  if (lacking.length > 0)
    throw new RangeError(`encodeTwoStream: ${lacking.join(', ')} of the config are not built here.`);
  if (inputs.texts) throw new RangeError("encodeTwoStream: packed rows ('texts') are not built here.");
  const embeddings = embed(parameters.embeddings, inputs, config, key);
  const asked = add(
    positionRows(positionTable, length, inputs.tablePositions ?? positionIds, config),
    gatherRows(tokenTable, constant([queryToken], [1, 1], 'int32')),
  );
  const start = dropout(broadcastTo(normalise(asked, norm, config), [batch, length, config.width]), {
    rate: config.dropout,
    key: key && forkKey(key, 'queries'),
  });
  const visible = permuted(inputs.order, inputs.attend);
  let [content, query] = [embeddings, start];
  const states = [query];
  for (const [i, place] of layerSequence(config).entries()) {
    const weights = parameters.layers[place] as BlockParameters<Tensor>;
    const site = (stream: string) => key && forkKey(key, `layer ${i} ${stream}`);
    // The query stream reads the content of the layer below, so it moves first.
    query = block(
      weights,
      { positionIds, stream: query, source: content, visible: visible.query },
      config,
      site('query'),
    ).stream;
    content = block(
      weights,
      { positionIds, stream: content, source: content, visible: visible.content },
      config,
      site('content'),
    ).stream;
    states.push(query);
  }
  return { hidden: query, content, embeddings, states };
}
