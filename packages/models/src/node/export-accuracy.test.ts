import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TnewsRow, tnews } from '@cloze/datasets';
import { readSplit } from '@cloze/datasets/node';
import { encoderConfig } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { trainVocabulary } from '@cloze/tokenizer';
import { afterAll, describe, expect, it } from 'vitest';
import { openOnnx } from '../../test/onnx-session.ts';
import { onnxDtypes } from '../export/export-onnx.ts';
import { loadModel } from '../model/loaded-model.ts';
import { createModel, type Model } from '../model/model.ts';
import { freshWeights } from '../pretrain/fresh-weights.ts';
import { classification } from '../tasks/task.ts';
import { fineTune } from './fine-tune.ts';
import { openEngine } from './open-engine.ts';
import { openModel } from './open-model.ts';
import { saveOnnx } from './save-onnx.ts';

const data = process.env.CLOZE_DATA;
/** A folder or hub id; without one an encoder of random weights learns, which is enough to compare types of numbers. */
const encoder = process.env.CLOZE_ENCODER;
const folder = mkdtempSync(join(tmpdir(), 'cloze-export-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const length = 48;
const rowsAtOnce = 64;

async function start(texts: readonly string[]): Promise<Model> {
  const { engine } = await openEngine();
  if (encoder !== undefined) return openModel(encoder, { engine });
  const vocabulary = trainVocabulary(texts.slice(0, 20_000), { size: 6000 });
  const config = encoderConfig({
    ...{ vocabularySize: vocabulary.tokens.length, layers: 2, width: 128, heads: 2, maximumLength: length },
  });
  return createModel(loadModel('fresh', freshWeights(vocabulary, config, { random: streamFrom(7) }), engine));
}

describe.skipIf(!data)('TNEWS by an exported classifier (CLOZE_DATA; CLOZE_ENCODER names an encoder)', () => {
  it('float16 and int8 are right as often as float32, to a point of accuracy', async () => {
    const read = (split: 'train' | 'dev') =>
      readSplit<TnewsRow>(tnews, data as string, split).rows.map(({ sentence, label }) => ({ text: sentence, label }));
    const [train, dev] = [read('train'), read('dev')];
    const model = await start(train.map(({ text }) => text));
    const run = await fineTune(model, {
      ...{ task: classification({ text: 'text', label: 'label' }), train, dev, maximumLength: length },
      ...{ maxSteps: 600, batchSize: 32, learningRate: encoder === undefined ? 5e-4 : 2e-4 },
    });
    const accuracy = run.dev.accuracy.value;
    expect(run.dev.accuracy.n).toBe(dev.length);
    await run.model.save(join(folder, 'classifier'));
    const saved = await openModel(join(folder, 'classifier'), { engine: 'reference' });
    await saveOnnx(join(folder, 'onnx'), saved, { dtypes: onnxDtypes });
    const encodings = await saved.tokenizerOf(length).encodeBatch(dev.map(({ text }) => text));
    const order = [...encodings.keys()].sort(
      (a, b) => (encodings[a]?.ids.length ?? 0) - (encodings[b]?.ids.length ?? 0),
    );
    const { labels } = run.model;
    const found: Record<string, number> = {};
    for (const file of ['model', 'model_fp16', 'model_quantized']) {
      const ask = await openOnnx(join(folder, 'onnx/onnx', `${file}.onnx`));
      let right = 0;
      for (let from = 0; from < order.length; from += rowsAtOnce) {
        const chosen = order.slice(from, from + rowsAtOnce);
        const { logits } = await ask({ ids: chosen.map((row) => [...(encodings[row]?.ids ?? [])]) });
        const values = Array.from(logits?.data ?? []);
        for (const [i, row] of chosen.entries()) {
          const own = values.slice(i * labels.length, (i + 1) * labels.length);
          if (labels[own.indexOf(Math.max(...own))] === dev[row]?.label) right++;
        }
      }
      found[file] = right / dev.length;
    }
    const told = { rows: dev.length, 'before export': accuracy, ...found };
    if (process.env.CLOZE_OUT) writeFileSync(join(process.env.CLOZE_OUT, 'export-accuracy.json'), JSON.stringify(told));
    // It has learnt: 15 classes, of which the largest is every tenth row.
    expect(accuracy).toBeGreaterThan(0.2);
    expect(Math.abs((found.model as number) - accuracy)).toBeLessThan(0.002);
    expect(Math.abs((found.model_fp16 as number) - (found.model as number))).toBeLessThan(0.01);
    expect(Math.abs((found.model_quantized as number) - (found.model as number))).toBeLessThan(0.01);
  }, 900_000);
});
