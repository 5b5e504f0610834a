import {
  add,
  cast,
  constant,
  equal,
  forkKey,
  greater,
  type Key,
  logicalAnd,
  logicalNot,
  multiply,
  reshape,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';
import { callable, checkOptions, oneOf, real } from '@cloze/checks';
import { encodeBert } from '../bert/encode-bert.ts';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { predictTokens } from '../heads/predict-tokens.ts';
import type { TokenInputs } from '../layers/batch.ts';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.ts';
import { type MaskedLoss, maskedCrossEntropy } from '../losses/masked-cross-entropy.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { type DetectorParameters, detectReplaced } from './detect-replaced.ts';
import { disentangledTable } from './disentangled-table.ts';
import { sampleTokens } from './sample-tokens.ts';

/** ELECTRA's two models. Embeddings are shared, as in the paper, where both trees hold the same tables and norm; each has its own projection. */
export interface ElectraModels {
  readonly generator: { readonly parameters: EncoderParameters<Tensor>; readonly config: EncoderConfig };
  readonly discriminator: {
    readonly parameters: Omit<EncoderParameters<Tensor>, 'languageModel'>;
    readonly detector: DetectorParameters<Tensor>;
    readonly config: EncoderConfig;
  };
}

/** Rows with [MASK] at the targets, as `maskBatch` makes them. */
export interface ElectraBatch extends TokenInputs {
  /** Column of each target, int32 `[batch, slots]`. */
  readonly targetPositions: Tensor;
  /** The tokens that stood there, int32 `[batch, slots]`. */
  readonly targets: Tensor;
  /** 1 for a target, 0 for an empty slot, `[batch, slots]`. */
  readonly weights: Tensor;
}

/** The joint loss and its parts; scalars but for the last two. */
export interface ElectraLoss {
  readonly loss: Tensor;
  readonly generator: MaskedLoss;
  /** Mean binary cross-entropy over real tokens. */
  readonly detection: Tensor;
  /** int32 `[batch, length]`: what the discriminator read. */
  readonly corrupted: Tensor;
  /** bool `[batch, length]`: where that is not the token that stood there. */
  readonly replaced: Tensor;
}

/**
 * ELECTRA's joint loss (Clark et al. 2020): `L_generator + λ·L_discriminator`.
 *
 * The generator fills the masks; a token drawn from it takes each mask's place; the discriminator tells, for every real token, whether it
 * was replaced. A drawn token that is the right one counts as not replaced. No gradient flows through the draw.
 *
 * @param key draws tokens and dropout @param options.weight λ, default 50 (the paper)
 * @param options.sharing `none` (default): the trees say what is shared; `gradientDisentangled`: the discriminator's token table is the difference to the
 * generator's (`disentangledTable`)
 * @param options.sample how tokens are drawn from logits `[batch, slots, vocabulary]`, default `sampleTokens`
 */
export function electraLoss(
  { generator, discriminator }: ElectraModels,
  { targetPositions, targets, weights, ...inputs }: ElectraBatch,
  key: Key,
  options: {
    readonly weight?: number;
    readonly sharing?: 'none' | 'gradientDisentangled';
    readonly sample?: (logits: Tensor, key: Key) => Tensor;
  } = {},
): ElectraLoss {
  checkOptions('electraLoss', options, {
    weight: real({ from: 0 }),
    sharing: oneOf(['none', 'gradientDisentangled']),
    sample: callable,
  });
  const { weight = 50, sharing = 'none', sample = sampleTokens } = options;

  const read = encodeBert(generator.parameters, inputs, generator.config, forkKey(key, 'generator'));
  const logits = predictTokens(generator.parameters, read.hidden, targetPositions, generator.config);
  const generated = maskedCrossEntropy(logits, targets, weights);

  const [rows, length] = inputs.ids.shape as [number, number];
  const slots = targetPositions.shape[1] as number;
  const columns = constant([...Array(length).keys()], [1, 1, length], 'int32');
  // [batch, slots, length]: 1 where a slot's target stands. Token ids below 2²⁴ are exact in float32.
  const stands = multiply(
    cast(equal(reshape(targetPositions, [rows, slots, 1]), columns), 'float32'),
    reshape(cast(greater(weights, 0), 'float32'), [rows, slots, 1]),
  );
  const placed = (tokens: Tensor) =>
    cast(sum(multiply(stands, reshape(cast(tokens, 'float32'), [rows, slots, 1])), { axes: 1 }), 'int32');
  const [drawn, right] = [placed(sample(logits, forkKey(key, 'sample'))), placed(targets)];
  const masked = greater(sum(stands, { axes: 1 }), 0);
  const corrupted = where(masked, drawn, inputs.ids);
  const replaced = logicalAnd(masked, logicalNot(equal(drawn, right)));

  const { parameters: given, detector, config } = discriminator;
  const { embeddings } = given;
  const tokenTable =
    sharing === 'none'
      ? embeddings.tokenTable
      : disentangledTable(generator.parameters.embeddings.tokenTable, embeddings.tokenTable);
  const parameters = { ...given, embeddings: { ...embeddings, tokenTable } };
  const { hidden } = encodeBert(parameters, { ...inputs, ids: corrupted }, config, forkKey(key, 'discriminator'));
  const detection = binaryCrossEntropy(
    detectReplaced(detector, hidden, config),
    cast(replaced, 'float32'),
    cast(inputs.attend, 'float32'),
  );
  return {
    loss: add(generated.loss, multiply(detection, weight)),
    generator: generated,
    detection,
    corrupted,
    replaced,
  };
}
