import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { classifierHead, type FamilyName } from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { AutoModelForSequenceClassification, AutoTokenizer, env, pipeline } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apart, openOnnx } from '../../test/onnx-session.ts';
import { smallModel } from '../../test/small-model.ts';
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
async function withHead(kind: 'sequence' | 'tokens', labels: readonly string[]): Promise<string> {
  const loaded = await loadPretrained(await smallModel());
  const config = { ...loaded.config, drawDeviation: 0.5 };
  const head = classifierHead('bert', config).initial(kind, labels.length, streamFrom(5));
  const folder = join(mkdtempSync(join(root, 'checkpoint-')), 'model');
  await savePretrained(folder, { ...loaded, config, ...head, head: { kind, labels } });
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

  it('token-classification: the same tags', async () => {
    const { model, name } = await written(await withHead('tokens', ['O', 'B-地', 'I-地']));
    const tag = await pipeline('token-classification', name, single);
    const theirs = await tag(texts[1], { ignore_labels: [] });
    const list = theirs as readonly { readonly word: string; readonly entity: string }[];
    const [ours] = await model.predict([[...texts[1]]]);
    expect(list.map(({ entity }) => entity)).toEqual((ours as { readonly tags: readonly string[] }).tags);
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
