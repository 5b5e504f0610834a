import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { bert } from './bert.ts';
import { readBertConfig, writeBertConfig } from './bert-config.ts';
import { bertNames, bertTokenHead } from './bert-names.ts';
import { classesOf } from './classes.ts';
import type { Family } from './family.ts';
import { denseHead } from './head-forms.ts';
import { linearNames } from './name-pairs.ts';

/** RoFormer's files carry its constant: sines, then cosines, of position·10000^(−2i/d). */
function sinusoids({ maximumLength, width, heads }: EncoderConfig): HostTensor {
  const features = width / heads;
  const half = features / 2;
  const values = Float32Array.from({ length: maximumLength * features }, (_, index) => {
    const [position, i] = [Math.floor(index / features), index % half];
    const angle = position / 10000 ** ((2 * i) / features);
    return index % features < half ? Math.sin(angle) : Math.cos(angle);
  });
  return { shape: [maximumLength, features], dtype: 'float32', values };
}

/** RoFormer (Su et al. 2021): queries and keys turned by their position instead of a position table. */
export const roformer: Family<'roformer'> = {
  ...bert,
  name: 'roformer',
  modelTypes: ['roformer'],
  classes: classesOf('RoFormer'),
  root: 'roformer',
  fresh: { positionKind: 'rotary' },
  readConfig: (file) => ({
    ...readBertConfig(file),
    positionKind: 'rotary',
    ...(file.flag('rotary_value') && { rotaryValues: true }),
  }),
  writeConfig: (config) => {
    const { position_embedding_type: _, classifier_dropout: _head, ...keys } = writeBertConfig(config);
    return {
      ...keys,
      rotary_value: config.rotaryValues === true,
      ...(config.embeddingWidth !== config.width && { embedding_size: config.embeddingWidth }),
    };
  },
  names: (config) => bertNames(config, 'roformer', bertTokenHead),
  optionalNames: linearNames('pooler', 'roformer.pooler.dense'),
  constants: (config) => new Map([['roformer.encoder.embed_positions.weight', sinusoids(config)]]),
  heads: {
    sequence: denseHead('config'),
    choice: {
      position: 'last',
      map: 'none',
      activation: 'config',
      dropoutBeforeMap: false,
      classifierName: 'classifier',
    },
  },
};
