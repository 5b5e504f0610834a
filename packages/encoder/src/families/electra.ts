import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { denseHead } from './head-forms.ts';
import { linearNames } from './name-pairs.ts';

/** ELECTRA (Clark et al. 2020): narrow tables, no pooler, a detector; token head and classifiers have gelu whatever `hidden_act` says. */
export const electra: Family<'electra'> = {
  ...bert,
  name: 'electra',
  modelTypes: ['electra'],
  classes: classesOf('Electra'),
  root: 'electra',
  fresh: { embeddingWidth: 128 },
  readConfig: (file) => {
    const sizes = readBertConfig(file, { embeddingWidth: 128 });
    return { ...sizes, ...(sizes.activation !== 'gelu' && { headActivation: 'gelu' }) };
  },
  writeConfig: (config) => ({ ...writeBertConfig(config), embedding_size: config.embeddingWidth }),
  names: (config) =>
    bertNames(config, 'electra', {
      dense: 'generator_predictions.dense',
      norm: 'generator_predictions.LayerNorm',
      bias: 'generator_lm_head.bias',
    }),
  outputName: 'generator_lm_head.weight',
  optionalNames: [
    ...linearNames('detector/dense', 'discriminator_predictions.dense'),
    ...linearNames('detector/prediction', 'discriminator_predictions.dense_prediction'),
  ],
  heads: {
    sequence: denseHead('gelu'),
    choice: {
      position: 'first',
      map: 'classifierDense',
      activation: 'gelu',
      dropoutBeforeMap: false,
      denseName: 'sequence_summary.summary',
      classifierName: 'classifier',
    },
  },
};
