import type { Tensor } from '@cloze/backend';
import { encodeBert } from '../bert/encode-bert.ts';
import { parameterSpecs } from '../parameters/parameter-specs.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames, bertTokenHead } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { pooledHead } from './head-forms.ts';
import { linearNames } from './name-pairs.ts';

/** BERT (Devlin et al. 2019), MacBERT, and what differs from them in config alone. */
export const bert: Family<'bert'> = {
  name: 'bert',
  modelTypes: ['bert'],
  classes: classesOf('Bert'),
  root: 'bert',
  readConfig: (file) => readBertConfig(file),
  writeConfig: writeBertConfig,
  parameterSpecs,
  names: (config) => bertNames(config, 'bert', bertTokenHead),
  outputName: 'cls.predictions.decoder.weight',
  optionalNames: [
    ...linearNames('pooler', 'bert.pooler.dense'),
    ...linearNames('sentenceOrder', 'cls.seq_relationship'),
  ],
  draw: ({ drawDeviation }) => ({ deviation: drawDeviation, cut: Number.POSITIVE_INFINITY }),
  heads: { sequence: pooledHead, choice: pooledHead },
  visibility: ({ leftToRight }) => (leftToRight ? 'before' : 'all'),
  encode(parameters: EncoderParameters<Tensor>, inputs, config, key, { visible, recompute = false, openLength }) {
    return encodeBert(parameters, inputs, config, key, { visible, recompute, openLength });
  },
};
