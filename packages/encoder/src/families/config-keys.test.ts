import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configFromHub, configToHub } from '../checkpoint/hub-config.ts';
import { sentenceKeys } from '../checkpoint/source/sentence-settings.ts';
import { configKeys } from './config-keys.ts';

const known = JSON.parse(readFileSync(new URL('../../fixtures/reader-keys.json', import.meta.url), 'utf8')) as {
  readonly transformers: string;
  readonly sentence_transformers: string;
  readonly configs: Readonly<Record<string, readonly string[]>>;
  readonly sentence: Readonly<Record<keyof typeof sentenceKeys, readonly string[]>>;
};
const base = {
  ...{ model_type: 'bert', vocab_size: 20, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2 },
  ...{ intermediate_size: 12, max_position_embeddings: 10 },
};

describe('every key of config.json (tooling/oracles/reader_keys.py)', () => {
  it.each(Object.entries(known.configs))(
    `of %s in transformers ${known.transformers} is read, refused or harmless`,
    (_family, keys) => {
      expect(keys.length).toBeGreaterThan(30);
      expect(keys.filter((key) => !Object.hasOwn(configKeys, key))).toEqual([]);
    },
  );

  it.each(Object.entries(known.sentence))(
    `of %s in sentence-transformers ${known.sentence_transformers} is read, refused or harmless`,
    (file, keys) => {
      expect(keys.filter((key) => !Object.hasOwn(sentenceKeys[file as keyof typeof sentenceKeys], key))).toEqual([]);
    },
  );

  it.each(Object.entries(configKeys).filter(([, decision]) => typeof decision === 'object' && 'only' in decision))(
    '%s is refused by name where it says something else, and read where it says the usual',
    (key, decision) => {
      expect(() => configFromHub({ ...base, [key]: 'something else' })).toThrow(
        `'${key}' is "something else", read is only`,
      );
      for (const value of typeof decision === 'object' && 'only' in decision ? decision.only : [])
        expect(() => configFromHub({ ...base, [key]: value })).not.toThrow();
    },
  );

  it('harmless ones and those nobody knows change nothing and are kept', () => {
    const harmless = Object.entries(configKeys).flatMap(([key, decision]) =>
      typeof decision === 'object' && 'harmless' in decision ? [[key, 7] as const] : [],
    );
    const more = { ...base, ...Object.fromEntries(harmless), of_the_future: [1] };
    expect(configFromHub(more)).toMatchObject({ config: configFromHub(base).config, file: more });
  });

  it.each([
    ['a flag that is none', { is_decoder: 'true' }, '\'is_decoder\' must be true or false, got "true"'],
    ['a number that is none', { classifier_dropout: 'x' }, "'classifier_dropout' must be a number"],
    [
      'more layers than any model has',
      { num_hidden_layers: 1e9 },
      "'num_hidden_layers' must be a whole number from 1 to 1000, got 1000000000",
    ],
    [
      'more positions',
      { max_position_embeddings: 1e9 },
      "'max_position_embeddings' must be a whole number from 1 to 131072",
    ],
    ['more layers, said as ours', { cloze: { layers: 1e9 } }, "'cloze.layers' must be at most 1000, got 1000000000"],
    ['half a layer', { num_hidden_layers: 1.5 }, "'num_hidden_layers' must be a whole number"],
    ['labels with a gap', { id2label: { 0: 'a', 2: 'b' } }, "'id2label' must name the classes 0, 1, 2, …"],
    [
      'labels of another number',
      { id2label: { 0: 'a', 1: 'b' }, num_labels: 3 },
      "'num_labels' is 3, 'id2label' names 2",
    ],
    ['a problem nobody knows', { problem_type: 'ranking' }, "'problem_type' must be regression or"],
    [
      'a summary of another form',
      { model_type: 'electra', architectures: ['ElectraForMultipleChoice'], summary_type: 'mean' },
      '\'summary_type\' is "mean"',
    ],
    [
      'a tie that says nothing',
      { tie_word_embeddings: 'false' },
      '\'tie_word_embeddings\' must be true or false, got "false"',
    ],
    ['a tie of 0', { tie_word_embeddings: 0 }, "'tie_word_embeddings' must be true or false, got 0"],
    ['a tie that is null', { tie_word_embeddings: null }, "'tie_word_embeddings' must be true or false, got null"],
    ['a flag that is null', { is_decoder: null }, "'is_decoder' must be true or false, got null"],
    [
      'a number beyond all numbers',
      { layer_norm_eps: Number.POSITIVE_INFINITY },
      "'layer_norm_eps' must be a number, got Infinity",
    ],
    ['a curve that is an object', { hidden_act: { name: 'gelu' } }, 'got {"name":"gelu"}'],
    [
      'one wrong size, and nothing that follows from it',
      { hidden_size: '32' },
      /^config\.json: 'hidden_size' must be a number, got "32"\.$/,
    ],
    [
      'one wrong dropout, and nothing that follows from it',
      { hidden_dropout_prob: '0.1', classifier_dropout: null },
      /^config\.json: 'hidden_dropout_prob' must be a number, got "0\.1"\.$/,
    ],
    ['a curve nobody builds', { hidden_act: 'quick_gelu' }, "'hidden_act' must be one of"],
    [
      'two at once',
      { add_cross_attention: true, pruned_heads: { 0: [1] } },
      /'add_cross_attention' is true.*'pruned_heads' is \{"0":\[1\]\}/,
    ],
  ])('%s', (_what, keys, message) => {
    expect(() => configFromHub({ ...base, ...keys })).toThrow(message);
  });

  it.each([
    ['gelu_python', 'gelu'],
    ['gelu_python_tanh', 'gelu_new'],
    ['gelu_accurate', 'gelu_new'],
    ['gelu_fast', 'gelu_new'],
    ['swish', 'silu'],
  ])('%s is %s', (theirs, ours) => {
    expect(configFromHub({ ...base, hidden_act: theirs }).config.activation).toBe(ours);
  });

  it('rotary values, a head’s dropout and the deviation of drawn weights are honoured', () => {
    const { config } = configFromHub({
      ...base,
      ...{ model_type: 'roformer', rotary_value: true, classifier_dropout: 0.3, initializer_range: 0.5 },
    });
    expect(config).toMatchObject({ rotaryValues: true, classifierDropout: 0.3, drawDeviation: 0.5 });
    expect(configFromHub({ ...base, model_type: 'albert' }).config).toMatchObject({
      activation: 'gelu_new',
      embeddingWidth: 128,
    });
    expect(configFromHub({ ...base, model_type: 'albert', embedding_size: 8 }).config).toMatchObject({
      dropout: 0,
      classifierDropout: 0.1,
    });
  });
});

describe('ModernBERT’s keys', () => {
  const modern = {
    ...{ model_type: 'modernbert', vocab_size: 20, hidden_size: 8, num_hidden_layers: 4, num_attention_heads: 2 },
    ...{ intermediate_size: 12, max_position_embeddings: 10 },
  };
  const [full, near] = ['full_attention', 'sliding_attention'];

  it('give what transformers takes for granted where they are not said', () => {
    const bare = configFromHub(modern).config;
    expect(bare).toMatchObject({
      ...{ rotaryBase: 160_000, localRotaryBase: 10_000, localWindow: 128, globalEvery: 3, normEpsilon: 1e-5 },
      ...{ attentionBias: false, feedForwardBias: false, normOffset: false, headBias: false, dropout: 0 },
    });
    expect(bare.outputBias).toBeUndefined();
  });

  it.each([
    [{ layer_types: [full, near, full, near] }, { globalEvery: 2 }],
    [{ layer_types: [full, full, full, full] }, { globalEvery: 1 }],
    [{ layer_types: [full, near, near, near], global_attn_every_n_layers: 5 }, { globalEvery: 5 }],
    [
      { global_attn_every_n_layers: 2, global_rope_theta: 500 },
      { globalEvery: 2, rotaryBase: 500 },
    ],
    [{ rope_parameters: { [near as string]: { rope_theta: 40 } } }, { rotaryBase: 160_000, localRotaryBase: 40 }],
    [{ attention_dropout: 0.2 }, { dropout: 0, attentionDropout: 0.2, attentionOutputDropout: 0.2 }],
    [{ mlp_dropout: 0.3 }, { dropout: 0.3, embeddingDropout: 0, classifierDropout: 0 }],
    [
      { decoder_bias: false, norm_bias: true, classifier_pooling: 'mean' },
      { outputBias: false, classifierPooling: 'mean' },
    ],
  ])('%j', (said, read) => {
    const { config } = configFromHub({ ...modern, ...said });
    expect(config).toMatchObject(read);
    expect(configFromHub(configToHub(config, { family: 'modernbert' })).config).toEqual(config);
  });

  it.each([
    [{ layer_types: [near, full, near, near] }, "'layer_types' must name 4 layers"],
    [{ layer_types: [full, near] }, "'layer_types' must name 4 layers"],
    [{ layer_types: 'all' }, "'layer_types' must name 4 layers"],
    [
      { rope_parameters: { [full as string]: { rope_type: 'yarn', factor: 2 } } },
      '\'rope_parameters.full_attention\' is {"rope_type":"yarn","factor":2}',
    ],
    [
      { rope_parameters: { [full as string]: { rope_theta: 0 } } },
      "full_attention.rope_theta' must be at least 1, got 0",
    ],
    [{ local_rope_theta: -1 }, "'local_rope_theta' must be at least 1, got -1"],
    [{ rope_scaling: { type: 'linear' } }, "'rope_scaling' is"],
    [{ local_attention: 0 }, "'local_attention' must be a whole number from 1"],
    [{ classifier_pooling: 'max' }, '\'classifier_pooling\' must be cls or mean, got "max"'],
    [{ mlp_bias: 'no' }, "'mlp_bias' must be true or false"],
  ])('%j is refused', (said, problem) => {
    expect(() => configFromHub({ ...modern, ...said })).toThrow(problem);
  });

  it('layer_types are refused where a family has no layers of two kinds', () => {
    expect(() => configFromHub({ ...base, layer_types: [full, near] })).toThrow("'layer_types' is");
  });
});

describe('DeBERTa’s keys', () => {
  const deberta = { ...base, model_type: 'deberta-v2', relative_attention: true, pos_att_type: 'p2c|c2p' };

  it('give what transformers takes for granted where they are not said', () => {
    const { config } = configFromHub({ ...base, model_type: 'deberta-v2' });
    expect(config).toMatchObject({ positionKind: 'absolute', segmentTypes: 0, normEpsilon: 1e-7, dropout: 0.1 });
  });

  it.each([
    [{}, { positionKind: 'disentangled', absoluteToo: true }],
    [{ pos_att_type: ['c2p'], position_biased_input: false }, { disentangledParts: 'contentToPosition' }],
    [
      { position_buckets: 6, max_relative_positions: 40, norm_rel_ebd: 'layer_norm', share_att_key: true },
      { distanceBuckets: 6, longestDistance: 40, distanceNorm: true, sharedPositionMaps: true },
    ],
    [{ conv_kernel_size: 3 }, { convolution: 3 }],
    [
      { conv_kernel_size: 5, conv_act: 'gelu', conv_groups: 1 },
      { convolution: 5, convolutionActivation: 'gelu' },
    ],
    [
      { cls_dropout: 0.3, type_vocab_size: 3, legacy: false },
      { classifierDropout: 0.3, segmentTypes: 3, legacyHead: false },
    ],
    [{ cls_dropout: null, attention_head_size: 4, pooler_hidden_size: 8, embedding_size: 8 }, { embeddingWidth: 8 }],
  ])('%j', (said, read) => {
    const { config } = configFromHub({ ...deberta, ...said });
    expect(config).toMatchObject(read);
    expect(configFromHub(configToHub(config, { family: 'deberta' })).config).toEqual(config);
  });

  it.each([
    [{ pos_att_type: 'p2p' }, '\'pos_att_type\' must name c2p, p2c or both, got "p2p"'],
    [{ pos_att_type: null }, "'pos_att_type' must name c2p, p2c or both where 'relative_attention' is true"],
    [{ relative_attention: false }, "'pos_att_type' names parts that 'relative_attention' false leaves out"],
    [{ relative_attention: false, pos_att_type: null, position_biased_input: false }, 'tokens would have no places'],
    [{ norm_rel_ebd: 'rms' }, "'norm_rel_ebd' must be none or layer_norm"],
    [{ embedding_size: 4 }, "'embedding_size' is 4, read is only the hidden_size, 8"],
    [{ attention_head_size: 8 }, "'attention_head_size' must be hidden_size / num_attention_heads"],
    [{ pooler_hidden_size: 9 }, "'pooler_hidden_size' must be the hidden_size, 8, got 9"],
    [{ conv_kernel_size: 2 }, 'convolution must be an odd number, got 2'],
    [{ conv_kernel_size: 3, conv_act: 'mish' }, "'conv_act' must be one of"],
    [{ position_buckets: 100 }, 'longestDistance (10) must be above distanceBuckets / 2 + 1 (51)'],
    [{ position_buckets: 0.5 }, "'position_buckets' must be a whole number, got 0.5"],
  ])('%j is refused', (said, problem) => {
    expect(() => configFromHub({ ...deberta, ...said })).toThrow(problem);
  });
});

describe('what transformers refuses as well', () => {
  it.each([
    [{ hidden_act: null }, "'hidden_act' must be one of"],
    [{ layer_norm_eps: null }, "'layer_norm_eps' must be a number, got null"],
    [{ hidden_dropout_prob: null }, "'hidden_dropout_prob' must be a number, got null"],
    [{ pad_token_id: 20 }, "'pad_token_id' must be a row of the 20 that 'vocab_size' says, got 20"],
    [{ pad_token_id: -21 }, "'pad_token_id' must be a row of the 20"],
    [{ pad_token_id: '0' }, "'pad_token_id' must be a row of the 20"],
  ])('%o', (said, problem) => {
    expect(() => configFromHub({ ...base, ...said })).toThrow(problem);
  });

  it('but not what means nothing there', () => {
    for (const said of [
      { pad_token_id: null },
      { pad_token_id: -1 },
      { pad_token_id: 19 },
      { classifier_dropout: null },
    ])
      expect(() => configFromHub({ ...base, ...said })).not.toThrow();
  });
});
