import { add, constant, gatherRows, gelu, layerNorm, linear, matmul, reshape, type Tensor } from '@cloze/backend';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';

/**
 * The masked-language-model head at chosen positions: dense, GELU, layer norm, then the token table transposed plus a bias.
 *
 * @param hidden `[batch, length, width]` @param positions int32 `[batch, slots]` @param normEpsilon the config's ε @returns logits `[batch, slots, vocabulary]`
 */
export function predictTokens(
  parameters: Pick<EncoderParameters<Tensor>, 'embeddings' | 'languageModel'>,
  hidden: Tensor,
  positions: Tensor,
  normEpsilon: number,
): Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number];
  const slots = positions.shape[1] as number;
  const { transform, norm, bias } = parameters.languageModel;
  const starts = constant(
    Array.from({ length: batch }, (_, row) => row * length),
    [batch, 1],
    'int32',
  );
  const chosen = gatherRows(reshape(hidden, [batch * length, width]), reshape(add(positions, starts), [batch * slots]));
  const ready = layerNorm(gelu(linear(chosen, transform)), norm, normEpsilon);
  const logits = add(matmul(ready, parameters.embeddings.words, { transposeB: true }), bias);
  return reshape(logits, [batch, slots, parameters.embeddings.words.shape[0] as number]);
}
