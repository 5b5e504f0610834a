import { mean, reshape, slice, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import {
  classify,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  type Linear,
  type TokenInputs,
} from '@cloze/encoder';
import { type Model, type Objective, objectiveOf, type TaskOutput } from '@cloze/regularisers';

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

/** BERT as a classifier, dropout before the last map included; its sentence vector is the first token's last state. */
export function bertClassifier(config: EncoderConfig): Model<ClassifierParameters<Tensor>, TokenInputs, TaskOutput> {
  return ({ encoder, classifier }, inputs, key) => {
    const { hidden, weights: attention } = encodeBert(encoder, inputs, config, key);
    const [batch, , width] = hidden.shape as [number, number, number];
    const vector = reshape(slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
    const logits = classify(classifier, hidden, inputs.attend, { dropout: config.dropout, key });
    return { logits, vector, states: hidden, attention };
  };
}

/** Its plain objective: mean cross-entropy of the labelled rows. */
export function classification(
  config: EncoderConfig,
): Objective<ClassifierParameters<Tensor>, ClassifierBatch, TaskOutput> {
  return objectiveOf<ClassifierParameters<Tensor>, ClassifierBatch, TaskOutput>(
    bertClassifier(config),
    ({ logits }, { labels }) => mean(sparseCrossEntropy(logits, labels)),
  );
}
