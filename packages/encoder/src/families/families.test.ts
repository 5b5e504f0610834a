import { constant, evaluate, referenceEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { smallModel, tokens } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { configFromHub, configToHub } from '../checkpoint/hub-config.ts';
import { type EncoderConfig, encoderConfig } from '../config/encoder-config.ts';
import { causal } from '../visible/causal.ts';
import { encode, type FamilyName, families, familyOf, visibilityOf } from './families.ts';

const engine = referenceEngine();
const sizes = { vocabularySize: 20, width: 16, layers: 2, heads: 2 };

describe('config.json', () => {
  it.each(families.map(({ name }) => name))(
    'of family %s says the whole config, under a model_type of its own',
    (name) => {
      const config = encoderConfig({
        ...sizes,
        ...typicalConfig(name),
        ...(name === 'distilbert' && { classifierDropout: 0.2 }),
      });
      const file = configToHub(config, { family: name });
      expect(file.model_type).toBe(familyOf(name).modelTypes[0]);
      expect(configFromHub(file)).toMatchObject({ config, family: name });
      expect(Object.keys(configFromHub(file).config).sort()).toEqual(Object.keys(config).sort());
    },
  );

  it.each([
    ['bert', { positionKind: 'rotary' }],
    ['bert', { embeddingWidth: 8 }],
    ['bert', { sharedLayers: true }],
    ['roberta', { positionOffset: 2, activation: 'relu', headActivation: 'relu' }],
    ['albert', { ...typicalConfig('albert'), leftToRight: true }],
    ['electra', { embeddingWidth: 8, headNormEpsilon: 1e-3 }],
    ['t-ta', { normPlacement: 'pre' }],
  ] as const)('of %s with %j, which transformers lacks, is ours and read again', (family, own) => {
    const config = encoderConfig({ ...sizes, ...own });
    const file = configToHub(config, { family });
    expect([file.model_type, file.cloze_family]).toEqual(['cloze', family]);
    expect(configFromHub(file).config).toEqual(config);
  });

  it('keeps a model_type and the keys it does not know; forgets what a former save of ours said', () => {
    const config = encoderConfig({ ...sizes, ...typicalConfig('roberta') });
    const file = configToHub(config, { family: 'roberta', file: { model_type: 'xlm-roberta', future: [1] } });
    expect(file).toMatchObject({ model_type: 'xlm-roberta', future: [1] });
    const before = configToHub({ ...config, normPlacement: 'pre' }, { family: 'roberta' });
    expect(configToHub(config, { family: 'roberta', file: before })).not.toHaveProperty('cloze');
  });

  it('reads T-TA under its former name and saves it under today’s', () => {
    const file = { ...configToHub(encoderConfig(sizes), { family: 't-ta' }), model_type: 'tta' };
    const read = configFromHub(file);
    expect(read.family).toBe('t-ta');
    expect(configToHub(read.config, read).model_type).toBe('t-ta');
  });

  it('gives RoBERTa’s and ELECTRA’s token heads gelu, BERT’s the curve of the blocks', () => {
    const file = { ...configToHub(encoderConfig(sizes)), hidden_act: 'relu' };
    const heads = ['bert', 'roberta', 'electra'].map(
      (model_type) => configFromHub({ ...file, model_type }).config.headActivation,
    );
    expect(heads).toEqual([undefined, 'gelu', 'gelu']);
  });

  it('lists all problems at once', () => {
    expect(() => configFromHub({ model_type: 'bart', hidden_act: 'mish' })).toThrow(
      /'model_type' must be one of bert, .*t-ta, got "bart"; 'hidden_act' .*'vocab_size'/,
    );
  });
});

describe('encode', () => {
  const ids = [2, 7, 9, 3, 11, 5];
  const hidden = (family: FamilyName, own: Partial<EncoderConfig>, row = ids, options = {}) => {
    const { config, tensors } = smallModel(own);
    return evaluate(engine, encode(family, tensors, tokens(row), config, undefined, options).hidden).values;
  };
  const last = [...ids.slice(0, 5), 6];

  it('of a left-to-right config: what comes later changes nothing; it is what `causal` gives', () => {
    const [a, b] = [hidden('bert', { leftToRight: true }), hidden('bert', { leftToRight: true }, last)];
    expect(a.slice(0, 80)).toEqual(b.slice(0, 80));
    expect(a.slice(80)).not.toEqual(b.slice(80));
    expect(hidden('bert', {}, ids, { visible: causal(tokens(ids).attend) })).toEqual(a);
    expect(hidden('bert', {}).slice(0, 80)).not.toEqual(hidden('bert', {}, last).slice(0, 80));
  });

  const causalToo = families.filter(
    ({ visibility }) => visibility(encoderConfig({ ...sizes, leftToRight: true })) === 'before',
  );
  it.each(causalToo.map(({ name }) => name))(
    'of %s, which says that it can see only what comes before, does',
    (name) => {
      const left = { leftToRight: true };
      expect(hidden(name, left).slice(0, 80)).toEqual(hidden(name, left, last).slice(0, 80));
    },
  );

  it('of T-TA hides a token from itself unless the diagonal is shown', () => {
    expect(hidden('t-ta', {}).slice(80)).toEqual(hidden('t-ta', {}, last).slice(80));
    const shown = { showDiagonal: true };
    expect(hidden('t-ta', {}, ids, shown).slice(80)).not.toEqual(hidden('t-ta', {}, last, shown).slice(80));
  });

  it('refuses a T-TA another visibility, and a family that is none', () => {
    const visible = constant([1], [1, 1, 1, 1], 'bool');
    expect(() => hidden('t-ta', {}, ids, { visible })).toThrow('cannot take another visibility');
    expect(() => hidden('t-ta', { leftToRight: true })).toThrow('leftToRight');
    expect(() => familyOf('gpt' as FamilyName)).toThrow("no family 'gpt'; there are bert, roberta");
  });

  it('says what an output has seen', () => {
    const config = encoderConfig(sizes);
    expect([
      visibilityOf('roberta', config),
      visibilityOf('roberta', { ...config, leftToRight: true }),
      visibilityOf('t-ta', config),
    ]).toEqual(['all', 'before', 'others']);
  });
});
