import type { Tensor } from '@cloze/backend';

/**
 * How far two outputs are apart, row by row.
 *
 * `kl`: ½[KL(p‖q) + KL(q‖p)] of logits; `js`: Jensen-Shannon of logits; `squared`: Σ(p − q)² of numbers (regression); or a function
 * of both outputs `[..., classes]` → `[...]`, symmetric or not.
 */
export type Divergence = 'kl' | 'js' | 'squared' | ((p: Tensor, q: Tensor) => Tensor);
