import { flattenTree } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { encoderConfig } from '../config/encoder-config.ts';
import { currentName, formerNames } from './former-names.ts';
import { parameterSpecs } from './parameter-specs.ts';

describe('currentName', () => {
  it('gives a former path its name of today, wherever the tree hangs', () => {
    expect(currentName('embeddings/words')).toBe('embeddings/tokenTable');
    expect(currentName('mean/encoder/embeddings/positions')).toBe('mean/encoder/embeddings/positionTable');
  });
  it('leaves every other path as it is, those that only end alike too', () => {
    for (const path of ['layers/0/attention/norm/scale', 'myembeddings/words', 'embeddings/words/extra', 'positions'])
      expect(currentName(path)).toBe(path);
  });
  it('leads to parameters that an encoder has', () => {
    const specs = parameterSpecs(encoderConfig({ vocabularySize: 7, width: 8, layers: 1, heads: 2 }));
    const paths = flattenTree(specs as never).map(([path]) => path.split('/').slice(0, 2).join('/'));
    for (const path of Object.values(formerNames).filter((name) => name.startsWith('embeddings/')))
      expect(paths).toContain(path);
  });
});
