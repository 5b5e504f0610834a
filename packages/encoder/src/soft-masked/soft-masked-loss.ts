import {
  add,
  cast,
  constant,
  equal,
  forkKey,
  gatherRows,
  type HostTensor,
  type Key,
  linear,
  logicalNot,
  multiply,
  reshape,
  sigmoid,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { checkOptions, needed, real, whole } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { predictTokens } from '../heads/predict-tokens.ts';
import { blocks } from '../layers/blocks.ts';
import { embed } from '../layers/embed.ts';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.ts';
import { type MaskedLoss, maskedCrossEntropy } from '../losses/masked-cross-entropy.ts';
import { initialLinear } from '../parameters/initial-parameters.ts';
import type { EncoderParameters, Linear } from '../parameters/parameter-tree.ts';
import { realKeys } from '../visible/real-keys.ts';
import { type BidirectionalGruParameters, bidirectionalGru, initialGru } from './gru.ts';

/** What finds wrong tokens: a GRU in both directions over the embeddings, and one number a token. */
export interface ErrorDetectorParameters<T> {
  readonly gru: BidirectionalGruParameters<T>;
  /** `[2 · state, 1]` */
  readonly prediction: Linear<T>;
}

/** Fresh weights of a detector. @param state features of each direction, default half the width of the tables */
export function initialErrorDetector(
  config: EncoderConfig,
  random: { next(): number },
  state = Math.max(1, Math.floor(config.embeddingWidth / 2)),
): ErrorDetectorParameters<HostTensor> {
  return { gru: initialGru(config.embeddingWidth, state, random), prediction: initialLinear(2 * state, 1, random) };
}

/** What a corrector says of rows. */
export interface SoftMasked {
  /** How likely each token is wrong, before the sigmoid, `[batch, length]`. */
  readonly detection: Tensor;
  /** Logits of the right token at each place, `[batch, length, vocabulary]`. */
  readonly logits: Tensor;
}

/**
 * Soft-Masked BERT (Zhang et al. 2020): a detector's probability p that a token is wrong mixes its embedding with that of the mask, `p·e[mask] + (1 − p)·e[token]`;
 * an encoder reads the mixture, and its head names the right token of `hidden + embedding`.
 *
 * The mixture is of rows of the token table, before positions, segments and norm are added; the detector reads the sums after their norm.
 *
 * @param options.maskId row of the mask token @param key none means no dropout
 * @throws {RangeError} for a mask that is no row, and for an encoder whose norms stand first or whose tables are narrower than its blocks
 */
export function correctTokens(
  parameters: EncoderParameters<Tensor>,
  detector: ErrorDetectorParameters<Tensor>,
  inputs: { readonly ids: Tensor; readonly segments: Tensor; readonly attend: Tensor },
  config: EncoderConfig,
  options: { readonly maskId: number },
  key?: Key,
): SoftMasked {
  checkOptions('correctTokens', options, { maskId: needed(whole(0)) });
  const { maskId } = options;
  if (maskId >= config.vocabularySize)
    throw new RangeError(`correctTokens: maskId must be a row from 0 to ${config.vocabularySize - 1}, got ${maskId}.`);
  const { ids, segments, attend } = inputs;
  if (config.embeddingWidth !== config.width)
    throw new RangeError(
      `correctTokens: embeddings are added to hidden states, so both must be as wide; got ${config.embeddingWidth} and ${config.width}.`,
    );
  const { tokenTable } = parameters.embeddings;
  const [batch, length] = ids.shape as [number, number];
  const rows = { ids, segments };
  const plain = embed(parameters.embeddings, rows, config, key && forkKey(key, 'embeddings'));
  const detection = reshape(linear(bidirectionalGru(plain, attend, detector.gru), detector.prediction), [
    batch,
    length,
  ]);
  const wrong = reshape(sigmoid(detection), [batch, length, 1]);
  const mask = gatherRows(tokenTable, constant([maskId], [1, 1], 'int32'));
  const own = gatherRows(tokenTable, ids);
  const mixed = add(own, multiply(wrong, subtract(mask, own)));
  const start = embed(parameters.embeddings, { ...rows, tokens: mixed }, config, key && forkKey(key, 'mixture'));
  const { hidden } = blocks(parameters, { start, visible: realKeys(attend) }, config, key);
  return { detection, logits: predictTokens(parameters, add(hidden, plain), 'all', config) };
}

/** The joint loss and its parts. */
export interface SoftMaskedLoss extends SoftMasked {
  readonly loss: Tensor;
  /** Over all real tokens, each asked for the right one. */
  readonly correction: MaskedLoss;
  /** Mean binary cross-entropy of "is wrong" over real tokens. */
  readonly detectionLoss: Tensor;
}

/**
 * The loss of Soft-Masked BERT (Zhang et al. 2020), `λ·L_correction + (1 − λ)·L_detection`, both in the mean over real tokens.
 *
 * Wrong tokens for training come from confusions, such as `maskBatch` with `replacement: { mask: 0, random: 0, keep: 0, similar: 1 }`.
 *
 * @param batch what was written, and `right`, int32 `[batch, length]`, what is meant @param options.weight λ from 0 to 1, default 0.8 (the paper)
 * @throws {RangeError} naming every option out of range
 */
export function softMaskedLoss(
  models: {
    readonly parameters: EncoderParameters<Tensor>;
    readonly detector: ErrorDetectorParameters<Tensor>;
    readonly config: EncoderConfig;
  },
  batch: { readonly ids: Tensor; readonly segments: Tensor; readonly attend: Tensor; readonly right: Tensor },
  options: { readonly maskId: number; readonly weight?: number },
  key?: Key,
): SoftMaskedLoss {
  checkOptions('softMaskedLoss', options, { maskId: needed(whole(0)), weight: real({ from: 0, to: 1 }) });
  const { maskId, weight = 0.8 } = options;
  const { parameters, detector, config } = models;
  const { right, ...rows } = batch;
  const found = correctTokens(parameters, detector, rows, config, { maskId }, key);
  const weights = cast(rows.attend, 'float32');
  const correction = maskedCrossEntropy(found.logits, right, weights);
  const wrong = cast(logicalNot(equal(rows.ids, right)), 'float32');
  const detectionLoss = binaryCrossEntropy(found.detection, wrong, weights);
  const loss = add(multiply(correction.loss, weight), multiply(detectionLoss, 1 - weight));
  return { ...found, loss, correction, detectionLoss };
}
