import { anything, callable, checkOptions, needed, oneOf, whole } from '@cloze/checks';
import { askGradient } from './ask-gradient.ts';
import type { Attribution, AttributionInput, GradientAt } from './attribution.ts';

/**
 * Saliency: the size of the gradient at each token (Simonyan et al. 2014), never below 0.
 *
 * @param options.norm over width: `l2` (default), `l1` or `max`
 */
export async function saliency(
  options: AttributionInput & { readonly norm?: 'l2' | 'l1' | 'max' },
): Promise<Attribution> {
  checkOptions('saliency', options, {
    input: needed(anything),
    width: needed(whole(1)),
    gradient: needed(callable),
    norm: oneOf(['l2', 'l1', 'max']),
  });
  const { norm = 'l2', ...asked } = options;

  const x = Float64Array.from(asked.input);
  const [{ value, gradient }] = (await askGradient('saliency', asked, [x])) as [GradientAt];
  const dimensions = Float64Array.from(gradient, Math.abs);
  const tokens = Float64Array.from({ length: x.length / asked.width }, (_, row) => {
    const sizes = dimensions.subarray(row * asked.width, (row + 1) * asked.width);
    if (norm === 'max') return sizes.reduce((most, size) => Math.max(most, size), 0);
    return norm === 'l1'
      ? sizes.reduce((sum, size) => sum + size, 0)
      : Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0));
  });
  return { tokens, dimensions, value };
}
