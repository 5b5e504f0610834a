import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cloze/backend';
import { encoderConfig } from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { freshWeights } from '@cloze/models';
import { openEngine } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import { specialTokens, vocabularyFrom } from '@cloze/tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder } from './parts/data-folder.ts';
import type { Lab } from './parts/lab.ts';
import { pretrain } from './pretrain.ts';
import { resolveSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-pretrain-'));
let engine: Engine;
beforeAll(async () => {
  engine = (await openEngine()).engine;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  engine.dispose();
});

/** Runs the recipe at size tiny in a folder of its own; what it logged and where its encoder lies. */
async function run(name: string, changes: Readonly<Record<string, unknown>>, encoder?: string) {
  const steps: number[] = [];
  const losses: number[] = [];
  const lab: Lab = {
    engine,
    placement: {},
    seed: 1,
    folder: join(folder, name),
    data: dataFolder(undefined),
    encoder,
    signal: new AbortController().signal,
    rewind: () => {},
    log: ({ step, loss }) => {
      steps.push(step);
      losses.push(loss as number);
    },
    say: () => {},
    now: () => performance.now() / 1000,
  };
  const result = await pretrain.run(lab, resolveSettings(pretrain, 'tiny', changes), {
    name: 'mlm',
    row: 'MLM',
    set: {},
  });
  return { steps, losses, result, encoder: join(folder, name, 'encoder') };
}

describe('pretrain', () => {
  it('draws first weights as widely as told, and trains by the optimiser told', async () => {
    const usual = await run('usual', {});
    const muon = await run('muon', { 'train.optimiser': 'muon' });
    expect(muon.losses[0]).toBe(usual.losses[0]);
    expect(muon.losses.at(-1)).not.toBe(usual.losses.at(-1));

    const wide = await run('wide', { 'encoder.initializerRange': 0.3, 'train.learningRate': 1e-6 });
    const { values } = (await loadPretrained(wide.encoder)).parameters.embeddings.tokenTable;
    const spread = Math.sqrt(Array.from(values).reduce((sum, value) => sum + Number(value) ** 2, 0) / values.length);
    // A normal distribution cut at two deviations has 0.8796 of its deviation.
    expect(spread).toBeCloseTo(0.8796 * 0.3, 2);
  });

  it('trains without dropout, ends where a cooldown ends, and saves the encoder with the dropout it is fine-tuned with', async () => {
    const { steps, encoder } = await run('cooled', { 'encoder.dropout': 0.2, cooldown: { from: 2, to: 3 } });
    expect(JSON.parse(readFileSync(join(encoder, 'config.json'), 'utf8'))).toMatchObject({
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.2,
    });
    expect(steps).toEqual([1, 2, 3]);
  });

  it('goes on from an encoder: a step of rate 0 leaves its weights, vocabulary and sizes, further steps lower its loss', async () => {
    const first = await run('first', { 'train.steps': 30, 'train.learningRate': 0.01 });
    const still = await run('still', { 'train.steps': 1, 'train.learningRate': 1e-12 }, first.encoder);
    const [before, after] = [await loadPretrained(first.encoder), await loadPretrained(still.encoder)];
    expect(after.tokenizerFiles).toEqual(before.tokenizerFiles);
    expect(after.config).toEqual(before.config);
    const table = (of: typeof before) => [
      ...(of.parameters.embeddings.tokenTable.values as Float32Array).subarray(0, 500),
    ];
    for (const [i, value] of table(after).entries()) expect(value).toBeCloseTo(table(before)[i] as number, 9);
    const further = await run('further', { 'train.steps': 30, 'train.learningRate': 0.01 }, first.encoder);
    expect(further.result.measures.lastLoss).toBeLessThan(first.result.measures.lastLoss as number);
  }, 60_000);

  it.each([
    ['roberta', { positionOffset: 2, segmentTypes: 1, normEpsilon: 1e-5 }],
    ['albert', { embeddingWidth: 8, sharedLayers: true }],
    ['electra', { embeddingWidth: 8 }],
  ] as const)(
    'an encoder of family %s with a cased tokenizer comes out as it went in',
    async (family, own) => {
      const vocabulary = vocabularyFrom([...specialTokens, ...'床前明月光疑是地上霜举头望低思故乡春眠不觉晓Aa']);
      const config = encoderConfig({
        ...{
          vocabularySize: vocabulary.tokens.length,
          width: 16,
          layers: 1,
          heads: 2,
          maximumLength: 40,
          dropout: 0.3,
        },
        ...own,
      });
      const given = join(folder, `given-${family}`);
      const fresh = freshWeights(vocabulary, config, { family, random: streamFrom(2) });
      const cased = new TextEncoder().encode('{"do_lower_case":false,"tokenizer_class":"BertTokenizer"}\n');
      const tokenizerFiles = { ...fresh.tokenizerFiles, 'tokenizer_config.json': cased };
      await savePretrained(given, { ...fresh, tokenizerFiles, file: { of_the_future: [1] } });
      const { encoder } = await run(`on-${family}`, { 'train.steps': 1, 'train.learningRate': 1e-12 }, given);
      const [before, after] = [await loadPretrained(given), await loadPretrained(encoder)];
      expect([after.family, after.config, after.file]).toEqual([before.family, before.config, before.file]);
      expect(after.tokenizerFiles).toEqual(before.tokenizerFiles);
      const values = (of: typeof before) => [...(of.parameters.embeddings.tokenTable.values as Float32Array)];
      for (const [i, value] of values(after).entries()) expect(value).toBeCloseTo(values(before)[i] as number, 9);
    },
    60_000,
  );

  it('an encoder of other sizes than the arm is an error that names both', async () => {
    const { encoder } = await run('small', {});
    await expect(run('other', { 'encoder.layers': 2 }, encoder)).rejects.toThrow(
      'has 1 layers of 16, this arm asks for 2 of 16',
    );
  });

  it('products in bfloat16 change the losses, and by little; an engine without them says so', async () => {
    const exact = await run('exact', {});
    const lower = run('low', { matmulPrecision: 'bfloat16' });
    if (engine.name !== 'tensorflow') return expect(lower).rejects.toThrow('has no bfloat16 products');
    const low = await lower;
    expect(low.losses).not.toEqual(exact.losses);
    for (const [i, loss] of low.losses.entries())
      expect(Math.abs(loss - (exact.losses[i] as number))).toBeLessThan(0.02);
  });
});
