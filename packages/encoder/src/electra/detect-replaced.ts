import { linear, reshape, type Tensor } from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';
import { activate } from '../layers/activate.ts';
import type { Linear } from '../parameters/parameter-tree.ts';

/** The discriminator's head. */
export interface DetectorParameters<T> {
  /** `[width, width]` */
  readonly dense: Linear<T>;
  /** `[width, 1]` */
  readonly prediction: Linear<T>;
}

/** Logits that each token was replaced (Clark et al. 2020): dense, activation, one number. `[batch, length, width]` → `[batch, length]` */
export function detectReplaced(
  { dense, prediction }: DetectorParameters<Tensor>,
  hidden: Tensor,
  { activation }: { readonly activation: Activation },
): Tensor {
  return reshape(linear(activate(linear(hidden, dense), activation), prediction), hidden.shape.slice(0, 2));
}
