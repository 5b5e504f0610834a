import { mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import type { EncoderParameters, Linear } from '@cloze/encoder';
import {
  type Model,
  type Objective,
  objectiveOf,
  type RegulariserData,
  regulariserFrom,
  type TaskOutput,
} from '@cloze/regularisers';
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

/** An encoder with a classifier over it. */
export interface ClassifierParameters<T> {
  readonly encoder: EncoderParameters<T>;
  readonly classifier: Linear<T>;
}

/** Path of the token table among a classifier's parameters. */
export const tablePath = 'encoder/embeddings/tokenTable';

/** The settings as the regulariser that `@cloze/regularisers` knows by name. */
function dataOf({ name, strength }: RegulariserSettings): RegulariserData | undefined {
  if (name === 'none') return undefined;
  return name === 'r-drop' ? { name, alpha: strength } : { name, epsilon: strength };
}

/**
 * The objective of a classifier: cross-entropy, regularised as the articles' code does.
 *
 * FGM moves the whole token table by one global norm, the gradient penalty squares the slope of each occurrence of a token.
 */
export function regularise<B extends { readonly labels: Tensor }>(
  model: Model<ClassifierParameters<Tensor>, B>,
  settings: RegulariserSettings,
): Objective<ClassifierParameters<Tensor>, B> {
  const plain = objectiveOf<ClassifierParameters<Tensor>, B, TaskOutput>(
    (...operands) => ({ logits: model(...operands) }),
    ({ logits }, { labels }) => mean(sparseCrossEntropy(logits, labels)),
  );
  const data = dataOf(settings);
  return data ? regulariserFrom(data, { table: tablePath })(plain) : plain;
}
