import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { type OpenedModel, openModel } from '../node/open-model.ts';

const engine = referenceEngine();
afterAll(() => engine.dispose());

const module = (idx: number, kind: string, path: string) => ({
  idx,
  name: String(idx),
  path,
  type: `sentence_transformers.models.${kind}`,
});
const modules = [
  module(0, 'Transformer', ''),
  module(1, 'Pooling', '1_Pooling'),
  module(2, 'Normalize', '2_Normalize'),
];
const text = '床前明月光疑是地上霜举头望明月低头思故乡';

/** A small model in a folder as sentence-transformers lays one out. */
async function sentenceModel(files: Readonly<Record<string, unknown>>): Promise<OpenedModel> {
  const folder = await smallModel();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return openModel(folder, { engine });
}

describe('embed as a folder of sentence-transformers says', () => {
  let plain: OpenedModel;
  beforeAll(async () => {
    plain = await openModel(await smallModel(), { engine });
  });
  const near = (a: Float32Array | undefined, b: Float32Array | undefined) => {
    expect(a).toHaveLength(16);
    for (const [i, value] of (a ?? []).entries()) expect(value).toBeCloseTo(b?.[i] as number, 5);
  };

  it.each([
    ['the old keys', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }],
    ['the new key', { pooling_mode: 'cls', embedding_dimension: 16 }],
    ['a list of one', { pooling_mode: ['cls'] }],
  ])('the first token at unit length, by %s', async (_what, pooling) => {
    const model = await sentenceModel({ 'modules.json': modules, '1_Pooling/config.json': pooling });
    const [[found], [expected], [mean]] = await Promise.all([
      model.embed([text]),
      plain.embed([text], { pooling: 'first', normalise: true }),
      model.embed([text], { pooling: 'mean' }),
    ]);
    near(found, expected);
    // What the caller asks for stands before what the folder says.
    near(mean, (await plain.embed([text], { pooling: 'mean' }))[0]);
    model.dispose();
  });

  it.each([
    ['max_seq_length', { 'sentence_bert_config.json': { max_seq_length: 8, do_lower_case: false } }],
    ['max_seq_length under a former name', { 'sentence_roberta_config.json': { max_seq_length: 8 } }],
    ['model_max_length of the tokenizer', { 'tokenizer_config.json': { model_max_length: 8 } }],
  ])('texts are cut at %s', async (_what, files) => {
    const model = await sentenceModel({ 'modules.json': modules.slice(0, 2), ...files });
    near((await model.embed([text]))[0], (await plain.embed([text.slice(0, 6)]))[0]);
    model.dispose();
  });

  it('a plain folder is cut where its tokenizer says, as sentence-transformers opens it; the model reads on elsewhere', async () => {
    const model = await sentenceModel({ 'tokenizer_config.json': { model_max_length: 8 } });
    near((await model.embed([text]))[0], (await plain.embed([text.slice(0, 6)]))[0]);
    expect(await model.score([text])).toEqual(await plain.score([text]));
    model.dispose();
    const endless = await sentenceModel({ 'tokenizer_config.json': { model_max_length: 1e30 } });
    near((await endless.embed([text]))[0], (await plain.embed([text]))[0]);
    endless.dispose();
  });

  it('a default prompt is written before each text', async () => {
    const model = await sentenceModel({
      'modules.json': modules.slice(0, 2),
      'config_sentence_transformers.json': {
        prompts: { query: '明月', document: '' },
        default_prompt_name: 'query',
        similarity_fn_name: 'dot',
      },
    });
    near((await model.embed(['床前']))[0], (await plain.embed(['明月床前']))[0]);
    model.dispose();
  });

  it.each([
    [
      'pooling by the maximum',
      { '1_Pooling/config.json': { pooling_mode_max_tokens: true, pooling_mode_mean_tokens: false } },
      '1_Pooling/config.json asks for pooling max',
    ],
    [
      'two poolings side by side',
      { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true } },
      'pooling cls and mean',
    ],
    [
      'a dense layer',
      { 'modules.json': [...modules.slice(0, 2), module(2, 'Dense', '2_Dense')] },
      "modules.json has 'sentence_transformers.models.Dense' at place 2",
    ],
    [
      'a prompt that is not there',
      { 'config_sentence_transformers.json': { default_prompt_name: 'q' } },
      '\'default_prompt_name\' is "q"',
    ],
    [
      'another task',
      { 'sentence_bert_config.json': { transformer_task: 'any-to-any' } },
      '\'transformer_task\' is "any-to-any"',
    ],
    [
      'a length that is none',
      { 'sentence_bert_config.json': { max_seq_length: 'long' } },
      "'max_seq_length' must be a positive whole number",
    ],
    ...[0, -1, 3.5, '8'].map((model_max_length): [string, Record<string, object>, string] => [
      `a limit of ${model_max_length}`,
      { 'tokenizer_config.json': { model_max_length } },
      "'model_max_length' must be a positive whole number",
    ]),
    [
      'vectors of another kind',
      { 'config_sentence_transformers.json': { model_type: 'SparseEncoder' } },
      '\'model_type\' is "SparseEncoder"',
    ],
    [
      'a prompt left out of the mean',
      {
        '1_Pooling/config.json': { include_prompt: false },
        'config_sentence_transformers.json': { prompts: { q: 'a' }, default_prompt_name: 'q' },
      },
      "'include_prompt' is false",
    ],
  ])('%s is refused by name, and the encoder’s own vectors are given when asked for', async (_what, files, message) => {
    const model = await sentenceModel({ 'modules.json': modules.slice(0, 2), ...files });
    await expect(model.embed(['床前'])).rejects.toThrow(message);
    expect(await model.embed(['床前'], { pooling: 'mean' })).toHaveLength(1);
    model.dispose();
  });

  it('a path that leads out of the folder, and a file that is no list, are refused when it is opened', async () => {
    await expect(sentenceModel({ 'modules.json': [modules[0], module(1, 'Pooling', '../../etc')] })).rejects.toThrow(
      'leads out of the folder',
    );
    await expect(sentenceModel({ 'modules.json': {} })).rejects.toThrow('must hold a list of modules');
  });
});
