import type { RegulariserData } from '@cloze/regularisers';
import { z } from 'zod';

/** A regulariser of fine-tuning, and how strong it is. */
export const regulariserSettings = z.strictObject({
  name: z.enum(['none', 'fgm', 'gradient-penalty', 'r-drop']),
  /** ε of FGM and of the gradient penalty, α of R-Drop. */
  strength: z.number().min(0),
});
export type RegulariserSettings = z.infer<typeof regulariserSettings>;

/** No regulariser. */
export const unregularised: RegulariserSettings = { name: 'none', strength: 0 };

/**
 * The settings as the regulariser that `@cloze/regularisers` knows by name, which does as the articles' code does: FGM moves the whole token
 * table by one global norm, the gradient penalty squares the slope of each occurrence of a token.
 */
export function regulariserOf({ name, strength }: RegulariserSettings): RegulariserData | undefined {
  if (name === 'none') return undefined;
  return name === 'r-drop' ? { name, alpha: strength } : { name, epsilon: strength };
}
