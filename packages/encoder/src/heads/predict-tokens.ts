import { add, layerNorm, linear, matmul, reshape, type Tensor } from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';
import { activate } from '../layers/activate.ts';
import type { ModelParameters } from '../parameters/parameter-tree.ts';
import { rowsAt } from './rows-at.ts';

/** What the head needs to know of a config; an `EncoderConfig` is one. */
export interface HeadConfig {
  readonly normEpsilon: number;
  /** Default: `normEpsilon`. */
  readonly headNormEpsilon?: number;
  readonly activation: Activation;
  /** Default: `activation`. */
  readonly headActivation?: Activation;
}

/**
 * The masked-language-model head at chosen positions: dense, activation, layer norm, then the token table transposed plus a bias.
 *
 * @param hidden `[batch, length, width]` @param positions int32 `[batch, slots]`, or `all` of them @param config the encoder's
 * @returns logits `[batch, slots, vocabulary]`, of all positions `[batch, length, vocabulary]`
 */
export function predictTokens(
  parameters: ModelParameters<Tensor>,
  hidden: Tensor,
  positions: Tensor | 'all',
  { normEpsilon, headNormEpsilon = normEpsilon, activation, headActivation = activation }: HeadConfig,
): Tensor {
  const { transform, norm, bias, output = parameters.embeddings.tokenTable } = parameters.languageModel;
  const [batch, length, width] = hidden.shape as [number, number, number];
  const chosen = positions === 'all' ? reshape(hidden, [batch * length, width]) : rowsAt(hidden, positions);
  const ready = layerNorm(activate(linear(chosen, transform), headActivation), norm, headNormEpsilon);
  const logits = add(matmul(ready, output, { transposeB: true }), bias);
  return reshape(logits, [...(positions === 'all' ? [batch, length] : positions.shape), output.shape[0] as number]);
}
