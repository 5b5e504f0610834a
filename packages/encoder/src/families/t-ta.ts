import type { Tensor } from '@cloze/backend';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { encodeTta } from '../tta/encode-tta.ts';
import { bert } from './bert.ts';
import { writeBertConfig } from './bert-config.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';

/** T-TA (Shin, Lee, Jung 2020): BERT's weights under BERT's names; every output has seen all tokens but its own. transformers has no class for it. */
export const tta: Family<'t-ta'> = {
  ...bert,
  name: 't-ta',
  modelTypes: ['t-ta'],
  formerModelTypes: ['tta'],
  classes: classesOf('Tta'),
  writeConfig: (config) => {
    const { is_decoder: _, ...keys } = writeBertConfig(config);
    return keys;
  },
  visibility: () => 'others',
  encode(
    parameters: EncoderParameters<Tensor>,
    inputs,
    config,
    key,
    { visible, showDiagonal = false, recompute = false },
  ) {
    if (visible)
      throw new RangeError('encode: a T-TA sees every token but its own; it cannot take another visibility.');
    return encodeTta(parameters, inputs, config, key, { showDiagonal, recompute });
  },
};
