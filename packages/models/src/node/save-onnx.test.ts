import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { max, softmax, type Tensor } from '@cloze/backend';
import { classifierHead, type FamilyName, type HeadKind } from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import {
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  pipeline,
} from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apart, openOnnx } from '../../test/onnx-session.ts';
import { smallModel } from '../../test/small-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import { spanOutputs, tokenOutputs } from '../tasks/head-outputs.ts';
import { openModel } from './open-model.ts';
import { saveOnnx } from './save-onnx.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-save-onnx-'));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(() => {
  env.allowRemoteModels = false;
  env.localModelPath = root;
});
const texts = ['床前明月光', '举头望明月低头思故乡'] as const;
const single = { dtype: 'fp32' } as const;

/** A small model with a head drawn for it. */
async function withHead(kind: HeadKind, labels: readonly string[] = []): Promise<string> {
  const loaded = await loadPretrained(await smallModel());
  const config = { ...loaded.config, drawDeviation: 0.5 };
  const head = classifierHead('bert', config).initial(kind, Math.max(1, labels.length), streamFrom(5));
  const folder = join(mkdtempSync(join(root, 'checkpoint-')), 'model');
  await savePretrained(folder, { ...loaded, config, ...head, head: { kind, ...(labels.length > 0 && { labels }) } });
  return folder;
}

/** Opens a checkpoint and writes it. */
async function written(from: string, options: Parameters<typeof saveOnnx>[2] = {}) {
  const model = await openModel(from, { engine: 'reference' });
  const folder = join(mkdtempSync(join(root, 'onnx-')), 'model');
  const saved = await saveOnnx(folder, model, options);
  return { model, folder, saved, name: join(basename(dirname(folder)), 'model') };
}

describe('saveOnnx, opened by transformers.js', () => {
  it('fill-mask: the same guesses and probabilities', async () => {
    const { model, name } = await written(await smallModel('bert', { dropout: 0 }));
    const fill = await pipeline('fill-mask', name, single);
    const theirs = await fill('床前[MASK]月光', { top_k: 5 });
    const ours = await model.fillMask('床前[MASK]月光');
    const list = theirs as readonly { readonly token: number; readonly score: number }[];
    expect(list.map(({ token }) => token)).toEqual(ours.map(({ id }) => id));
    expect(
      apart(
        list.map(({ score }) => score),
        ours.map(({ probability }) => probability),
      ),
    ).toBeLessThan(1e-4);
  });

  it('text-classification: the same classes and probabilities, of texts and of pairs', async () => {
    const { model, name } = await written(await withHead('sequence', ['坏', '中', '好']));
    const classify = await pipeline('text-classification', name, single);
    const theirs = await classify([...texts], { top_k: 3 });
    const ours = await model.predict(texts);
    for (const [i, own] of ours.entries()) {
      const { probabilities } = own as { readonly probabilities: Readonly<Record<string, number>> };
      const found = theirs[i] as unknown as readonly { readonly label: string; readonly score: number }[];
      expect(found).toHaveLength(3);
      for (const { label, score } of found)
        expect(Math.abs(score - (probabilities[label] as number))).toBeLessThan(1e-4);
    }
    const [tokenizer, head] = await Promise.all([
      AutoTokenizer.from_pretrained(name),
      AutoModelForSequenceClassification.from_pretrained(name, single),
    ]);
    const { logits } = await head(tokenizer(texts[0], { text_pair: texts[1] }));
    const exp = Array.from(logits.data as Float32Array, Math.exp);
    const total = exp.reduce((a, b) => a + b);
    const [pair] = await model.predict([[texts[0], texts[1]]]);
    const expected = Object.values(
      (pair as unknown as { readonly probabilities: Record<string, number> }).probabilities,
    );
    expect(
      apart(
        exp.map((x) => x / total),
        expected,
      ),
    ).toBeLessThan(1e-4);
  });

  it('token-classification: the same tags and probabilities', async () => {
    const { model, name } = await written(await withHead('tokens', ['O', 'B-地', 'I-地']));
    const tag = await pipeline('token-classification', name, single);
    const theirs = await tag(texts[1], { ignore_labels: [] });
    const list = theirs as readonly { readonly word: string; readonly entity: string; readonly score: number }[];
    const [ours] = await model.predict([[...texts[1]]]);
    expect(list.map(({ entity }) => entity)).toEqual((ours as { readonly tags: readonly string[] }).tags);
    const { evaluate } = tokenOutputs(model, 3);
    const ask = model.compile((tensors, batch: ModelBatch<Tensor>) => ({
      shares: max(softmax(evaluate(tensors, batch).logits), { axes: [2] }),
    }));
    const encodings = await model.tokenizer.encodeBatch([texts[1]]);
    const { shares } = await ask(model.batchOf(encodings));
    expect(
      apart(
        list.map(({ score }) => score),
        shares.values.slice(1, 1 + list.length) as Float32Array,
      ),
    ).toBeLessThan(1e-4);
  });

  it('question-answering: the same answers, and logits of both ends', async () => {
    const { model, name } = await written(await withHead('span'));
    const answer = await pipeline('question-answering', name, single);
    const questions = [
      { question: '床前明', context: '疑是地上霜举头望明月' },
      { question: '低头', context: texts[1] },
    ];
    const ours = await model.predict(questions);
    const [tokenizer, head] = await Promise.all([
      AutoTokenizer.from_pretrained(name),
      AutoModelForQuestionAnswering.from_pretrained(name, single),
    ]);
    const { evaluate } = spanOutputs(model);
    const ask = model.compile((tensors, batch: ModelBatch<Tensor>) => ({ logits: evaluate(tensors, batch).logits }));
    for (const [i, { question, context }] of questions.entries()) {
      const theirs = (await answer(question, context)) as { readonly answer: string };
      const { text } = ours[i] as { readonly text: string };
      expect(text).not.toBe('');
      expect(theirs.answer.replaceAll(' ', '')).toBe(text);
      const { start_logits: start, end_logits: end } = await head(tokenizer(question, { text_pair: context }));
      const [encoding] = await model.tokenizer.encodeBatch([[question, context]]);
      const [{ logits }, real] = [await ask(model.batchOf(encoding ? [encoding] : [])), encoding?.ids.length ?? 0];
      const own = logits.values as Float32Array;
      const length = logits.shape[2] as number;
      expect(apart(start.data as Float32Array, own.subarray(0, real))).toBeLessThan(1e-4);
      expect(apart(end.data as Float32Array, own.subarray(length, length + real))).toBeLessThan(1e-4);
    }
  });

  it('multiple-choice has no class there, and gives the same probabilities by a session', async () => {
    const { model, folder, saved } = await written(await withHead('choice'));
    expect([saved.task, saved.outputs]).toEqual(['multiple-choice', ['logits']]);
    const choices = ['床前', '明月光', '低头思故乡'];
    const [ours] = await model.predict([{ text: texts[0], choices }]);
    const encodings = await model.tokenizer.encodeBatch(choices.map((choice) => [texts[0], choice] as const));
    const rows = {
      ids: encodings.map(({ ids }) => [...ids]),
      segments: encodings.map(({ segments }) => [...segments]),
    };
    // Pads are attended to by none of the rows: the helper attends to what a row has.
    const run = await openOnnx(join(folder, 'onnx/model.onnx'));
    const { logits } = await run({ ...rows, run: 3 });
    const exp = Array.from(logits?.data ?? [], Math.exp);
    const total = exp.reduce((a, b) => a + b);
    const { probabilities } = ours as { readonly probabilities: readonly number[] };
    expect(
      apart(
        exp.map((x) => x / total),
        probabilities,
      ),
    ).toBeLessThan(1e-4);
  });

  it('weights beside the model: more than one file holds, in files by their names', async () => {
    const from = await withHead('sequence', ['坏', '中', '好']);
    const whole = await written(from, { dtypes: ['float32', 'int8'] });
    const parted = await written(from, { dtypes: ['float32', 'int8'], maxFileSize: 10_000 });
    const files = readdirSync(join(parted.folder, 'onnx')).sort();
    expect(files).toContain('model.onnx_data_1');
    expect(files).toContain('model_quantized.onnx_data');
    expect(Object.keys(parted.saved.files).sort()).toEqual(files.map((file) => `onnx/${file}`));
    const beside = (name: string) => files.filter((file) => file.startsWith(`${name}_data`)).length;
    const { 'transformers.js_config': told } = JSON.parse(readFileSync(join(parted.folder, 'config.json'), 'utf8'));
    expect(told).toEqual({
      dtype: 'fp32',
      use_external_data_format: {
        'model.onnx': beside('model.onnx'),
        'model_quantized.onnx': beside('model_quantized.onnx'),
      },
    });
    const [ids, run] = [[2, 9, 7, 4, 11, 3], (file: string) => openOnnx(file)];
    for (const file of ['onnx/model.onnx', 'onnx/model_quantized.onnx']) {
      const [expected, found] = await Promise.all(
        [whole, parted].map(async ({ folder }) => (await run(join(folder, file)))({ ids: [ids] })),
      );
      expect(found?.logits?.data).toEqual(expected?.logits?.data);
    }
    const [theirs, ours] = await Promise.all(
      [parted, whole].map(async ({ name }) => (await pipeline('text-classification', name, single))(texts[0])),
    );
    expect(theirs).toEqual(ours);
  });

  it('feature-extraction: the same sentence vectors', async () => {
    const { model, name } = await written(await smallModel('electra', { embeddingWidth: 8 }), {
      task: 'feature-extraction',
    });
    const extract = await pipeline('feature-extraction', name, single);
    const theirs = await extract([...texts], { pooling: 'mean', normalize: true });
    const ours = await model.embed(texts, { normalise: true });
    expect(
      apart(
        theirs.data as Float32Array,
        ours.flatMap((vector) => [...vector]),
      ),
    ).toBeLessThan(1e-4);
  });

  it('T-TA has no class there, which is said, and scores a text in one pass of a session', async () => {
    const { model, folder, saved } = await written(await smallModel('t-ta'));
    expect(saved.notes[0]).toMatch(/no class for fill-mask of model_type 't-ta': open the file by an ONNX session/);
    const [encoding] = await model.tokenizer.encodeBatch([texts[1]]);
    const [ids, segments] = [Array.from(encoding?.ids ?? []), Array.from(encoding?.segments ?? [])];
    const run = await openOnnx(new Uint8Array(readFileSync(join(folder, 'onnx/model.onnx'))));
    const { logits } = await run({ ids: [ids], segments: [segments] });
    const [all, size] = [Array.from(logits?.data ?? []), logits?.dims[2] as number];
    const [scored] = await model.score([texts[1]]);
    const found = [...ids.keys()].slice(1, -1).map((place) => {
      const own = all.slice(place * size, (place + 1) * size);
      return (own[ids[place] as number] as number) - Math.log(own.reduce((sum, x) => sum + Math.exp(x), 0));
    });
    expect(apart(found, scored?.tokens.flatMap(([, log]) => (log === null ? [] : [log])) ?? [])).toBeLessThan(1e-4);
  });

  it.each(['bert', 'roberta'] as const satisfies readonly FamilyName[])(
    '%s in float16 and int8: files by the names that are asked for',
    async (family) => {
      const { name, folder, saved } = await written(await smallModel(family), { dtypes: ['float16', 'int8'] });
      expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model_fp16.onnx', 'model_quantized.onnx']);
      expect(saved.files).toEqual(
        Object.fromEntries(
          ['onnx/model_fp16.onnx', 'onnx/model_quantized.onnx'].map((file) => [
            file,
            readFileSync(join(folder, file)).length,
          ]),
        ),
      );
      // The first is what is opened where nothing is said.
      for (const options of [{}, { dtype: 'q8' }] as const) {
        const fill = await pipeline('fill-mask', name, options);
        expect(await fill('床前[MASK]月光', { top_k: 5 })).toHaveLength(5);
      }
    },
  );
});

describe('saveOnnx', () => {
  it('replaces nothing, and leaves nothing half written', async () => {
    const model = await openModel(await smallModel(), { engine: 'reference' });
    const there = join(root, 'there');
    mkdirSync(there);
    await expect(saveOnnx(there, model)).rejects.toThrow(`${there} exists; name a folder that does not`);
    expect(readdirSync(there)).toEqual([]);
    const table = model.parameters.embeddings.tokenTable.values as Float32Array;
    table[0] = 1e6;
    const place = mkdtempSync(join(root, 'torn-'));
    await expect(saveOnnx(join(place, 'model'), model, { dtypes: ['float32', 'float16'] })).rejects.toThrow(
      'float16 holds numbers up to 65,504',
    );
    expect(readdirSync(place)).toEqual([]);
    table[0] = Number.NaN;
    await expect(saveOnnx(join(place, 'model'), model)).rejects.toThrow('numbers that are none');
    // @ts-expect-error: as JavaScript may say it.
    await expect(saveOnnx(join(place, 'model'), model, { dtypes: ['int4'] })).rejects.toThrow(/dtypes\[0\] must be/);
    expect(existsSync(join(place, 'model'))).toBe(false);
  });
});
