import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { savePretrained } from '@cloze/encoder/node';
import { expect, it } from 'vitest';
import { tinyMlm } from '../../test/tiny-mlm.ts';
import { openModel } from '../node/open-model.ts';

/** A save replaces no folder that holds more than a model. */
const isOfModel = (path: string) => !['classifier', 'expected.json'].includes(basename(path));

it('weights that are no numbers give one sentence, not NaN for every answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-broken-'));
  const engine = referenceEngine();
  const model = await openModel(tinyMlm, { engine });
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const { tokenTable } = model.parameters.embeddings;
    const values = Float32Array.from(tokenTable.values);
    values[5] = broken;
    const embeddings = { ...model.parameters.embeddings, tokenTable: { ...tokenTable, values } };
    cpSync(tinyMlm, folder, { recursive: true, filter: isOfModel });
    await savePretrained(folder, { ...model.loaded, parameters: { ...model.parameters, embeddings } });
    const opened = await openModel(folder, { engine });
    for (const ask of [() => opened.embed(['床']), () => opened.fillMasks('床[MASK]'), () => opened.score(['床'])])
      await expect(ask()).rejects.toThrow(
        `1 of its parameters hold numbers that are none: encoder/embeddings/tokenTable (${broken} at 5); the training that made it diverged`,
      );
  }
  model.dispose();
  rmSync(folder, { recursive: true });
});

it('weights that are finite and overflow name the text, not NaN for an answer', async () => {
  const engine = referenceEngine();
  const model = await openModel(tinyMlm, { engine });
  const { tokenTable } = model.parameters.embeddings;
  const embeddings = {
    ...model.parameters.embeddings,
    tokenTable: { ...tokenTable, values: Float32Array.from(tokenTable.values) },
  };
  const id = model.tokenizer.idOf('床') as number;
  const width = tokenTable.shape[1] as number;
  embeddings.tokenTable.values.fill(3e38, id * width, id * width + 2);
  const folder = mkdtempSync(join(tmpdir(), 'cloze-overflow-'));
  cpSync(tinyMlm, folder, { recursive: true, filter: isOfModel });
  await savePretrained(folder, { ...model.loaded, parameters: { ...model.parameters, embeddings } });
  const opened = await openModel(folder, { engine });
  expect((await opened.embed(['月']))[0]?.every(Number.isFinite)).toBe(true);
  for (const ask of [
    () => opened.embed(['月', '床前']),
    () => opened.fillMasks('床[MASK]'),
    () => opened.score(['床']),
  ])
    await expect(ask()).rejects.toThrow(
      /'\[CLS\] .*(床|\[MASK\]).*' gives (NaN|-?Infinity), not a number, though all weights are finite/,
    );
  model.dispose();
  rmSync(folder, { recursive: true });
});
