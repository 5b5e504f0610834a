import { add, linear, matmul, reshape, type Tensor } from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';
import { activate } from '../layers/activate.ts';
import { normalise } from '../layers/normalise.ts';
import type { LanguageModelParameters, ModelParameters } from '../parameters/parameter-tree.ts';
import { rowsAt } from './rows-at.ts';

/** What the head needs to know of a config; an `EncoderConfig` is one. */
export interface HeadConfig {
  readonly normEpsilon: number;
  /** Default: `normEpsilon`. */
  readonly headNormEpsilon?: number;
  /** Default `layer`. */
  readonly normKind?: 'layer' | 'rms';
  readonly activation: Activation;
  /** Default: `activation`. */
  readonly headActivation?: Activation;
}

/** What the head makes of vectors before it names tokens: dense, activation, norm; the vectors themselves where it has none. `[n, width]` → `[n, embedding width]` */
export function transformed(
  x: Tensor,
  { transform, norm }: Pick<LanguageModelParameters<Tensor>, 'transform' | 'norm'>,
  {
    normEpsilon,
    headNormEpsilon = normEpsilon,
    normKind = 'layer',
    activation,
    headActivation = activation,
  }: HeadConfig,
): Tensor {
  if (!transform) return x;
  return normalise(activate(linear(x, transform), headActivation), norm, { normKind, normEpsilon: headNormEpsilon });
}

/**
 * The masked-language-model head at chosen positions: dense, activation, norm (where it has them), then the token table transposed plus a bias where there is one.
 *
 * @param hidden `[batch, length, width]` @param positions int32 `[batch, slots]`, or `all` of them @param config the encoder's
 * @returns logits `[batch, slots, vocabulary]`, of all positions `[batch, length, vocabulary]`
 */
export function predictTokens(
  parameters: ModelParameters<Tensor>,
  hidden: Tensor,
  positions: Tensor | 'all',
  config: HeadConfig,
): Tensor {
  const { bias, output = parameters.embeddings.tokenTable } = parameters.languageModel;
  const [batch, length, width] = hidden.shape as [number, number, number];
  const chosen = positions === 'all' ? reshape(hidden, [batch * length, width]) : rowsAt(hidden, positions);
  const ready = transformed(chosen, parameters.languageModel, config);
  const products = matmul(ready, output, { transposeB: true });
  const logits = bias ? add(products, bias) : products;
  return reshape(logits, [...(positions === 'all' ? [batch, length] : positions.shape), output.shape[0] as number]);
}
