import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { denseHead } from './head-forms.ts';
import { linearNames } from './name-pairs.ts';

/** RoBERTa (Liu et al. 2019) and XLM-RoBERTa (Conneau et al. 2020): positions count from the padding id on, the token head has gelu whatever `hidden_act` says. */
export const roberta: Family<'roberta'> = {
  ...bert,
  name: 'roberta',
  modelTypes: ['roberta', 'xlm-roberta'],
  classes: classesOf('Roberta'),
  classesOfType: { 'xlm-roberta': classesOf('XLMRoberta') },
  root: 'roberta',
  // Of vocabularies made here the padding is row 0, and positions count from the row behind it.
  fresh: { positionOffset: 1, segmentTypes: 1, normEpsilon: 1e-5 },
  readConfig: (file) => {
    const sizes = readBertConfig(file);
    return {
      ...sizes,
      ...(sizes.activation !== 'gelu' && { headActivation: 'gelu' }),
      positionOffset: file.number('pad_token_id', 1) + 1,
    };
  },
  writeConfig: (config) => ({ ...writeBertConfig(config), pad_token_id: config.positionOffset - 1 }),
  names: (config) =>
    bertNames(config, 'roberta', { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' }),
  outputName: 'lm_head.decoder.weight',
  optionalNames: linearNames('pooler', 'roberta.pooler.dense'),
  heads: { sequence: denseHead('tanh'), choice: bert.heads.choice },
};
