import { mean, reshape, slice, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import {
  classify,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  type Linear,
  type TokenInputs,
} from '@cloze/encoder';
import { type Model, type Objective, objectiveOf } from '@cloze/regularisers';

/** An encoder without its language-model head, and a classifier over the first token. */
export interface ClassifierParameters<T> {
  readonly encoder: Omit<EncoderParameters<T>, 'languageModel'>;
  readonly classifier: Linear<T>;
}

/** Labelled rows with unlabelled ones beside them. */
export interface ClassifierBatch extends TokenInputs {
  /** int32 `[batch]` */
  readonly labels: Tensor;
  readonly unlabelled: TokenInputs;
}

/** What regularisers may ask of the classifier. */
export interface ClassifierOutput {
  /** `[batch, classes]` */
  readonly logits: Tensor;
  /** The first token's last state, `[batch, width]`: SimCSE's sentence vector. */
  readonly sentence: Tensor;
  /** Each layer's attention, `[batch, heads, length, length]`. */
  readonly weights: readonly Tensor[];
}

/** BERT as a classifier, dropout before the last map included. */
export function bertClassifier(
  config: EncoderConfig,
): Model<ClassifierParameters<Tensor>, TokenInputs, ClassifierOutput> {
  return ({ encoder, classifier }, inputs, key) => {
    const { hidden, weights } = encodeBert(encoder, inputs, config, key);
    const [batch, , width] = hidden.shape as [number, number, number];
    const sentence = reshape(slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return { logits: classify(classifier, hidden, inputs.attend, { dropout: config.dropout, key }), sentence, weights };
  };
}

/** Its plain objective: mean cross-entropy of the labelled rows. */
export function classification(
  config: EncoderConfig,
): Objective<ClassifierParameters<Tensor>, ClassifierBatch, ClassifierOutput> {
  return objectiveOf<ClassifierParameters<Tensor>, ClassifierBatch, ClassifierOutput>(
    bertClassifier(config),
    ({ logits }, { labels }) => mean(sparseCrossEntropy(logits, labels)),
  );
}
