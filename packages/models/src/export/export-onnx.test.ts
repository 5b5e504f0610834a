import { floats, type HostTensor, mapTree, referenceEngine, type Tensor } from '@cloze/backend';
import {
  classifierHead,
  type EncoderConfig,
  encoderConfig,
  type FamilyName,
  families,
  familyOf,
  type HeadKind,
  initialParameters,
  predictTokens,
} from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { tokenizerJson } from '@cloze/tokenizer';
import { describe, expect, it } from 'vitest';
import { apart, openOnnx, type Rows } from '../../test/onnx-session.ts';
import { vocabulary } from '../../test/small-model.ts';
import { embed } from '../embed/embed.ts';
import { type LoadedModel, loadModel } from '../model/loaded-model.ts';
import { type ModelBatch, modelBatch } from '../model/model-batch.ts';
import { choiceOutputs, sequenceOutputs, spanOutputs, tokenOutputs } from '../tasks/head-outputs.ts';
import { exportOnnx } from './export-onnx.ts';

type Extras = Partial<Parameters<typeof loadModel>[1]>;

/** A model in memory, of weights so large that every token matters. */
function modelOf(
  family: FamilyName,
  own: Partial<EncoderConfig> = {},
  extras: (config: EncoderConfig) => Extras = () => ({}),
): LoadedModel {
  const config = encoderConfig({
    ...{ vocabularySize: vocabulary.tokens.length, width: 16, layers: 2, heads: 2, maximumLength: 24 },
    ...own,
  });
  const parameters = mapTree(initialParameters(config, streamFrom(3)), ({ shape, values }: HostTensor) =>
    floats(shape, values.map((v) => (v === 1 ? 1 : v * 6)) as Float32Array),
  );
  const tokenizerFiles = { 'tokenizer.json': new TextEncoder().encode(tokenizerJson(vocabulary)) };
  const loaded = {
    config,
    parameters,
    family,
    file: {},
    tokenizerFiles,
    missing: [],
    notes: [],
    unused: [],
    ...extras(config),
  };
  return loadModel('model', loaded as unknown as Parameters<typeof loadModel>[1], referenceEngine());
}

const random = streamFrom(11);
/** Rows of these lengths, without id 1, which RoBERTa's positions leave out; the second half of each is another segment. */
const rowsOf = (...lengths: number[]): Rows => {
  const ids = lengths.map((length) => Array.from({ length }, () => 2 + Math.floor(random.next() * 20)));
  return { ids, segments: ids.map((row) => row.map((_, i) => (2 * i < row.length ? 0 : 1))) };
};
const batches = [rowsOf(1), rowsOf(5, 3), rowsOf(24), rowsOf(2, 24, 9, 1)];

/** The same rows as our own functions take them. */
function batchOf({ config }: LoadedModel, { ids, segments = [] }: Rows): ModelBatch<HostTensor> {
  const length = Math.max(...ids.map((row) => row.length));
  const cells = (rows: readonly (readonly number[])[]) =>
    Int32Array.from(rows.flatMap((row) => Array.from({ length }, (_, i) => row[i] ?? 0)));
  const attend = Uint8Array.from(cells(ids.map((row) => row.map(() => 1))));
  return modelBatch({ shape: [ids.length, length], ids: cells(ids), segments: cells(segments), attend }, config);
}

const variants: readonly (readonly [string, FamilyName, Partial<EncoderConfig>])[] = [
  ['BERT', 'bert', {}],
  ['pre-norm, narrow tables', 'bert', { normPlacement: 'pre', embeddingWidth: 8 }],
  ['distances', 'bert', { positionKind: 'relative' }],
  ['left to right', 'bert', { leftToRight: true }],
  ['gelu_new', 'bert', { activation: 'gelu_new' }],
  ['silu', 'bert', { activation: 'silu' }],
  ['one weight by itself', 'bert', { attentionKind: 'sigmoid' }],
  ['Synthesizer', 'bert', { attentionKind: 'random' }],
  ['RoBERTa', 'roberta', { positionOffset: 2, maximumLength: 26, segmentTypes: 1 }],
  ['ELECTRA', 'electra', { embeddingWidth: 8 }],
  ['ALBERT', 'albert', { sharedLayers: true, embeddingWidth: 8 }],
  ['RoFormer', 'roformer', { positionKind: 'rotary' }],
  ['RoFormer with turned values', 'roformer', { positionKind: 'rotary', rotaryValues: true }],
  // Whatever a family has beside its sizes; a window of four and buckets of four, crossed by rows of 24.
  ...families
    .filter(({ fresh }) => fresh)
    .map(({ name, fresh = {} }) => {
      const small = {
        ...(fresh.localWindow && { localWindow: 4, layers: 4 }),
        ...(fresh.distanceBuckets && { distanceBuckets: 8 }),
        ...(fresh.positionOffset && { maximumLength: 24 + fresh.positionOffset }),
      };
      return [name, name, { ...fresh, ...small }] as const;
    }),
  ['T-TA', 't-ta', {}],
  ['T-TA with [MASK] in its queries', 't-ta', { queryToken: 4, embeddingWidth: 8 }],
];

describe('exportOnnx', () => {
  it.each(variants)(
    '%s: one file gives what our own function gives, at every batch and length',
    async (_, family, own) => {
      const model = modelOf(family, own);
      const ours = model.compile(({ encoder }, batch: ModelBatch<Tensor>) => {
        const { hidden } = model.forward(encoder, batch);
        return { hidden, logits: predictTokens(encoder, hidden, 'all', model.config) };
      });
      const reads = own.leftToRight === true;
      const { task, bytes } = exportOnnx(model);
      expect(task).toBe(reads ? 'feature-extraction' : 'fill-mask');
      const run = await openOnnx(bytes('float32'));
      for (const rows of batches) {
        const { hidden, logits } = await ours(batchOf(model, rows));
        const found = await run(rows);
        const [expected, given] = reads ? [hidden, found.last_hidden_state] : [logits, found.logits];
        expect(given?.dims).toEqual(expected.shape);
        expect(apart(given?.data ?? [], expected.values)).toBeLessThan(1e-4);
      }
    },
  );

  const fresh = (kind: HeadKind, outputs: number) => (config: EncoderConfig) => ({
    ...classifierHead('bert', { ...config, drawDeviation: 0.5 }).initial(kind, outputs, streamFrom(5)),
    head: { kind },
  });
  it.each(['sequence', 'tokens'] as const)('a head of %s: its logits, of texts and of pairs', async (kind) => {
    const model = modelOf('bert', {}, fresh(kind, 3));
    const { evaluate } = (kind === 'sequence' ? sequenceOutputs : tokenOutputs)(model, 3);
    const ours = model.compile((tensors, batch: ModelBatch<Tensor>) => ({ logits: evaluate(tensors, batch).logits }));
    const { task, bytes, inputs, outputs } = exportOnnx(model);
    expect(task).toBe(kind === 'sequence' ? 'text-classification' : 'token-classification');
    expect([inputs, outputs]).toEqual([['input_ids', 'attention_mask', 'token_type_ids'], ['logits']]);
    const run = await openOnnx(bytes('float32'));
    for (const rows of batches) {
      const { logits } = await ours(batchOf(model, rows));
      const found = await run(rows);
      expect(found.logits?.dims).toEqual(logits.shape);
      expect(apart(found.logits?.data ?? [], logits.values)).toBeLessThan(1e-4);
    }
  });

  it('a head of spans: logits of both ends, −1e30 where no token is', async () => {
    const model = modelOf('bert', {}, fresh('span', 2));
    const { evaluate } = spanOutputs(model);
    const ours = model.compile((tensors, batch: ModelBatch<Tensor>) => ({ logits: evaluate(tensors, batch).logits }));
    const { task, bytes, outputs } = exportOnnx(model);
    expect([task, outputs]).toEqual(['question-answering', ['start_logits', 'end_logits']]);
    const run = await openOnnx(bytes('float32'));
    for (const rows of batches) {
      const { logits } = await ours(batchOf(model, rows));
      const [count, , length] = logits.shape as [number, number, number];
      const { start_logits: start, end_logits: end } = await run(rows);
      expect([start?.dims, end?.dims]).toEqual([
        [count, length],
        [count, length],
      ]);
      const found = Array.from({ length: count }, (_, row) =>
        [start, end].flatMap((side) => Array.from(side?.data ?? []).slice(row * length, (row + 1) * length)),
      );
      expect(apart(found.flat(), logits.values)).toBeLessThan(1e-4);
    }
    const half = await (await openOnnx(bytes('float16')))(rowsOf(3, 9));
    expect(Array.from(half.start_logits?.data ?? [])[8]).toBeLessThan(-60_000);
  });

  it('a head of choices: an axis for the candidates of a question, any number of them, in all types', async () => {
    const model = modelOf('bert', {}, fresh('choice', 1));
    const { task, bytes, inputs, notes } = exportOnnx(model);
    expect([task, inputs]).toEqual(['multiple-choice', ['input_ids', 'attention_mask', 'token_type_ids']]);
    expect(notes).toEqual([
      "transformers.js has no class for multiple-choice of model_type 'bert': open the file by an ONNX session (onnxruntime)",
    ]);
    const [run, half, coarse] = await Promise.all(
      (['float32', 'float16', 'int8'] as const).map((dtype) => openOnnx(bytes(dtype))),
    );
    for (const [choices, rows] of [
      [1, rowsOf(5)],
      [2, rowsOf(7, 9)],
      [3, rowsOf(2, 24, 9, 1, 12, 5)],
    ] as const) {
      const { evaluate } = choiceOutputs(model, choices);
      const ours = model.compile((tensors, batch: ModelBatch<Tensor>) => ({ logits: evaluate(tensors, batch).logits }));
      const { logits } = await ours(batchOf(model, rows));
      const fed = { ...rows, run: choices };
      const found = await run?.(fed);
      expect(found?.logits?.dims).toEqual([rows.ids.length / choices, choices]);
      expect(apart(found?.logits?.data ?? [], logits.values)).toBeLessThan(1e-4);
      const largest = apart(logits.values, new Float32Array(rows.ids.length));
      for (const [other, bound] of [
        [half, 0.01],
        [coarse, 0.2],
      ] as const)
        expect(apart((await other?.(fed))?.logits?.data ?? [], logits.values) / largest).toBeLessThan(bound);
    }
  });

  it('vectors: every token, and the sentence as `embed` gives it', async () => {
    const model = modelOf('bert', {}, () => ({
      sentence: { pooling: 'first-last', lowercase: false, normalise: true, problems: [], prompt: '查询：' },
    }));
    const { bytes, outputs, notes } = exportOnnx(model, 'feature-extraction');
    expect(outputs).toEqual(['last_hidden_state', 'sentence_embedding']);
    expect(notes.join()).toMatch(/begin with the prompt '查询：'/);
    const texts = ['床前明月光', '举头'];
    const encodings = await model.tokenizer.encodeBatch(texts.map((text) => `查询：${text}`));
    const found = await (await openOnnx(bytes('float32')))({ ids: encodings.map(({ ids }) => [...ids]) });
    const expected = await embed(model, texts);
    expect(
      apart(
        found.sentence_embedding?.data ?? [],
        expected.flatMap((vector) => [...vector]),
      ),
    ).toBeLessThan(1e-4);
  });

  it('float16 and int8: logits near those of float32, files a half and about a quarter as large', async () => {
    const model = modelOf('bert', { width: 64, vocabularySize: 400 });
    const { bytes } = exportOnnx(model);
    const files = (['float32', 'float16', 'int8'] as const).map((dtype) => bytes(dtype));
    const [whole, half, quarter] = files.map(({ length }) => length) as [number, number, number];
    expect([half / whole < 0.55, quarter / whole < 0.35]).toEqual([true, true]);
    const rows = rowsOf(7, 12);
    const [full, narrow, coarse] = await Promise.all(
      files.map(async (file) => (await (await openOnnx(file))(rows)).logits?.data ?? []),
    );
    const largest = apart(full ?? [], new Float32Array(2 * 12 * 400));
    expect(apart(full ?? [], narrow ?? []) / largest).toBeLessThan(0.005);
    expect(apart(full ?? [], coarse ?? []) / largest).toBeLessThan(0.1);
  });

  it('asks for segments only of a model that has them, as transformers.js feeds it', () => {
    const inputsOf = (family: FamilyName) => exportOnnx(modelOf(family, { ...familyOf(family).fresh })).inputs;
    expect(inputsOf('bert')).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
    for (const family of ['distilbert', 'modernbert'] as const)
      expect(inputsOf(family)).toEqual(['input_ids', 'attention_mask']);
  });

  it('says in one line what transformers.js has no class for', () => {
    expect(exportOnnx(modelOf('t-ta')).notes).toEqual([
      "transformers.js has no class for fill-mask of model_type 't-ta': open the file by an ONNX session (onnxruntime)",
      'logits at each token are given all others but itself: one pass scores a whole text, without [MASK]',
    ]);
    expect(exportOnnx(modelOf('bert')).notes).toEqual([]);
    expect(exportOnnx(modelOf('modernbert', { ...familyOf('modernbert').fresh })).notes).toEqual([]);
    expect(exportOnnx(modelOf('bert', { normPlacement: 'pre' })).notes.join()).toMatch(/model_type 'cloze'/);
  });

  it('refuses what it cannot write, in one sentence', () => {
    const model = modelOf('bert');
    // @ts-expect-error: as JavaScript may say it.
    expect(() => exportOnnx(model, 'fill')).toThrow(/task must be .*fill-mask/);
    // @ts-expect-error: as JavaScript may say it.
    expect(() => exportOnnx(model).bytes('int4')).toThrow(/dtype must be/);
    expect(() => exportOnnx(model, 'token-classification')).toThrow(
      'model has no fine-tuned head, and none that labels tokens',
    );
    expect(() => exportOnnx(modelOf('bert', {}, fresh('tokens', 3)), 'text-classification')).toThrow(
      'model has a head for tokens, and none that classifies texts',
    );
    expect(() => exportOnnx(model, 'question-answering')).toThrow('no fine-tuned head, and none that finds spans');
    expect(() => exportOnnx(modelOf('bert', {}, fresh('span', 2)), 'multiple-choice')).toThrow(
      'model has a head for spans, and none that chooses',
    );
    expect(() => exportOnnx(model).files('float32', 'model.onnx', { maxFileSize: 0.5 })).toThrow(/maxFileSize must be/);
    const headless = modelOf('bert', {}, () => ({ missing: ['cls.predictions.bias'] }));
    expect(() => exportOnnx(headless, 'fill-mask')).toThrow('no language-model head');
    expect(() => exportOnnx(modelOf('bert', { leftToRight: true }), 'fill-mask')).toThrow('reads from left to right');
    expect(() => exportOnnx(modelOf('bert', { maximumLength: 4 }))).toThrow('at least 5 are needed');
    const huge = modelOf('bert');
    (huge.parameters.embeddings.tokenTable.values as Float32Array)[0] = 1e6;
    expect(() => exportOnnx(huge).bytes('float16')).toThrow(
      /float16 holds numbers up to 65,504, and 'encoder.embeddings.tokenTable' has 1000000/,
    );
  });
});
