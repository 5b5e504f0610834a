import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { classifierHead, type FamilyName, type HeadKind } from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import * as web from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { apart, openOnnx } from '../../test/onnx-session.ts';
import { smallModel } from '../../test/small-model.ts';
import { openModel } from './open-model.ts';
import { saveOnnx } from './save-onnx.ts';

const python = process.env.CLOZE_PYTHON;
const script = fileURLToPath(new URL('../../../../tooling/oracles/models_onnx.py', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'cloze-onnx-readers-'));
afterAll(() => rmSync(root, { recursive: true }));
const dtypes = ['float32', 'float16', 'int8'] as const;
const place = (name: string) => join(mkdtempSync(join(root, `${name}-`)), 'model');

/** A small checkpoint, with a head drawn for it or none. */
async function checkpoint(family: FamilyName, kind?: HeadKind): Promise<string> {
  const sizes =
    family === 'roberta'
      ? { positionOffset: 2, segmentTypes: 1 }
      : family === 'roformer'
        ? { positionKind: 'rotary' as const }
        : {};
  const loaded = await loadPretrained(
    await smallModel(family, { ...sizes, ...(family === 'electra' && { embeddingWidth: 8 }) }),
  );
  const labelled = kind === 'sequence' || kind === 'tokens';
  const drawn = classifierHead(family, { ...loaded.config, drawDeviation: 0.5 });
  const head = kind && drawn.initial(kind, labelled ? 3 : 1, streamFrom(5));
  const folder = place('checkpoint');
  const file = { ...loaded.file, pad_token_id: 0 };
  await savePretrained(folder, {
    ...loaded,
    file,
    ...head,
    ...(kind && { head: { kind, ...(labelled && { labels: ['a', 'b', 'c'] }) } }),
  });
  return folder;
}

/** A checkpoint written in all types. */
async function exported(from: string, maxFileSize?: number): Promise<string> {
  const folder = place('onnx');
  await saveOnnx(folder, await openModel(from, { engine: 'reference' }), { dtypes, maxFileSize });
  return folder;
}

describe('who reads an exported model', () => {
  it('onnxruntime-web gives what onnxruntime-node gives, in all types', async () => {
    const folder = await exported(await checkpoint('bert'));
    web.env.wasm.numThreads = 1;
    const ids = [2, 9, 7, 4, 11, 3];
    for (const file of ['model', 'model_fp16', 'model_quantized']) {
      const bytes = new Uint8Array(readFileSync(join(folder, `onnx/${file}.onnx`)));
      const session = await web.InferenceSession.create(bytes);
      const row = (values: readonly number[]) =>
        new web.Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
      const fed = { input_ids: row(ids), attention_mask: row(ids.map(() => 1)), token_type_ids: row(ids.map(() => 0)) };
      const { logits } = await session.run(fed);
      const { logits: expected } = await (await openOnnx(bytes))({ ids: [ids] });
      expect(logits?.dims).toEqual(expected?.dims);
      const most = apart(expected?.data ?? [], new Float32Array(expected?.data.length ?? 0));
      const found = apart((logits?.data ?? []) as Float32Array, expected?.data ?? []);
      expect(found / most).toBeLessThan(file === 'model_quantized' ? 0.05 : file === 'model' ? 1e-5 : 5e-3);
    }
  });

  it('onnxruntime-web reads weights that lie beside, as transformers.js gives them to it', async () => {
    const from = await checkpoint('bert');
    const [whole, parted] = [await exported(from), await exported(from, 10_000)];
    const ids = [2, 9, 7, 4, 11, 3];
    for (const file of ['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx']) {
      const names = readdirSync(join(parted, 'onnx')).filter((name) => name.startsWith(`${file}_data`));
      expect(names.length).toBeGreaterThan(0);
      const read = (name: string) => new Uint8Array(readFileSync(join(parted, 'onnx', name)));
      const externalData = names.map((path) => ({ path, data: read(path) }));
      const session = await web.InferenceSession.create(read(file), { externalData });
      const row = (values: readonly number[]) =>
        new web.Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
      const fed = { input_ids: row(ids), attention_mask: row(ids.map(() => 1)), token_type_ids: row(ids.map(() => 0)) };
      const { logits } = await session.run(fed);
      const { logits: expected } = await (await openOnnx(join(whole, 'onnx', file)))({ ids: [ids] });
      expect(logits?.dims).toEqual(expected?.dims);
      expect(apart((logits?.data ?? []) as Float32Array, expected?.data ?? [])).toBeLessThan(5e-3);
    }
  });

  it.skipIf(!python)(
    "Python (CLOZE_PYTHON): the format's checker passes, and ONNX Runtime gives what transformers' own classes give",
    async () => {
      const kinds = [
        ['bert', undefined],
        ['bert', 'sequence'],
        ['bert', 'tokens'],
        ['electra', 'sequence'],
        ['roberta', 'sequence'],
        ['roformer', undefined],
        ['bert', 'span'],
        ['electra', 'span'],
        ['bert', 'choice'],
        ['roberta', 'choice'],
      ] as const;
      const folders: string[] = [];
      for (const [family, kind] of kinds) {
        const from = await checkpoint(family, kind);
        // Every other one with its weights beside it.
        folders.push(from, await exported(from, folders.length % 4 === 0 ? 10_000 : undefined));
      }
      const { stdout, stderr, status } = spawnSync(python as string, [script, ...folders], { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      const read = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly files: Readonly<Record<string, number>> });
      expect(read).toHaveLength(kinds.length);
      for (const { files } of read) {
        expect(files['model.onnx']).toBeLessThan(1e-4);
        expect(files['model_fp16.onnx']).toBeLessThan(1e-2);
        expect(files['model_quantized.onnx']).toBeLessThan(0.15);
      }
    },
    300_000,
  );
});
