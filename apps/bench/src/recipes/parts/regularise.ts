import { mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import type { EncoderParameters, Linear } from '@cloze/encoder';
import { fgm, gradientPenalty, type Objective, type Predict, rDrop } from '@cloze/regularisers';
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

/** The objective of a classifier: cross-entropy, regularised. FGM and the penalty move the token table, as the articles do. */
export function regularise<B extends { readonly labels: Tensor }>(
  predict: Predict<ClassifierParameters<Tensor>, B>,
  { name, strength }: RegulariserSettings,
): Objective<ClassifierParameters<Tensor>, B> {
  const plain: Objective<ClassifierParameters<Tensor>, B> = (parameters, batch, key) => ({
    loss: mean(sparseCrossEntropy(predict(parameters, batch, key), batch.labels)),
    parts: {},
  });
  const table = ({ encoder }: ClassifierParameters<Tensor>) => encoder.embeddings.words;
  switch (name) {
    case 'none':
      return plain;
    case 'r-drop':
      return rDrop(predict, ({ labels }) => labels, { alpha: strength });
    case 'gradient-penalty':
      return gradientPenalty(plain, table, { epsilon: strength });
    case 'fgm':
      return fgm(
        plain,
        table,
        ({ encoder, classifier }, words) => ({
          classifier,
          encoder: { ...encoder, embeddings: { ...encoder.embeddings, words } },
        }),
        { epsilon: strength },
      );
  }
}
