import type { EncoderConfig } from '../../config/encoder-config.ts';
import { albertNames } from './albert-names.ts';
import { bertNames } from './bert-names.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** Families of checkpoints; Hugging Face's `model_type`. MacBERT's files are `bert`; `tta` is ours, under BERT's names. */
export type ModelFamily = 'bert' | 'roberta' | 'electra' | 'albert' | 'roformer' | 'tta';

/** Every parameter of a model of this family and config, under Hugging Face's names. Names of optional parts are in `optionalNames`. */
export function modelNames(family: ModelFamily, config: EncoderConfig): NamePair[] {
  if (family === 'albert') return albertNames(config);
  return bertNames(config, family);
}

/**
 * Names of parts a file may have besides: poolers, ELECTRA's detector, and the heads of fine-tuned models.
 *
 * `classifier` serves sequence classification, token classification and multiple choice; RoBERTa and ELECTRA put a dense map before it.
 */
export function optionalNames(family: ModelFamily): NamePair[] {
  const { pairs, linear } = namePairs();
  if (family === 'albert') linear('pooler', 'albert.pooler');
  else if (family === 'electra') {
    linear('detector/dense', 'discriminator_predictions.dense');
    linear('detector/prediction', 'discriminator_predictions.dense_prediction');
  } else linear('pooler', `${family === 'tta' ? 'bert' : family}.pooler.dense`);
  if (family === 'roberta' || family === 'electra' || family === 'roformer') {
    linear('classifierDense', 'classifier.dense');
    linear('classifier', 'classifier.out_proj');
  }
  linear('classifier', 'classifier');
  linear('span', 'qa_outputs');
  return pairs;
}
