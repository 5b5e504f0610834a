import { configFromHub, type EncoderConfig, type FamilyName } from '../src/index.ts';
import { architectures } from './architecture-fixture.ts';

/**
 * What makes a small model one of this family: the config of transformers' model in the fixture, without its sizes.
 *
 * transformers has no T-TA; its weights are BERT's.
 */
export function typicalConfig(family: FamilyName): Partial<EncoderConfig> {
  const file = architectures.models[family === 't-ta' ? 'bert' : family]?.config;
  if (!file) throw new Error(`tooling/oracles/encoder_families.py has no model of family '${family}'.`);
  const {
    vocabularySize: _v,
    width: _w,
    layers: _l,
    heads: _h,
    feedForwardWidth: _f,
    ...own
  } = configFromHub(file).config;
  return { ...own, ...(own.localWindow && { layers: 4 }) };
}
