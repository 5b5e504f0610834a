import { layerNorm, rmsNorm, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Norm } from '../parameters/parameter-tree.ts';

/** The norm of the kind that the config names, over the last axis; without parameters of one x itself. */
export function normalise(
  x: Tensor,
  by: Norm<Tensor> | undefined,
  { normKind, normEpsilon }: Pick<EncoderConfig, 'normKind' | 'normEpsilon'>,
): Tensor {
  if (!by) return x;
  return normKind === 'rms' ? rmsNorm(x, by, normEpsilon) : layerNorm(x, by, normEpsilon);
}
