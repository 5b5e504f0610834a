import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine, type Tensor } from '@cloze/backend';
import { chunkText } from '@cloze/datasets';
import { predictTokens } from '@cloze/encoder';
import { bert } from '@cloze/masking';
import { afterAll, describe, expect, it } from 'vitest';
import { textsOf } from '../../test/small-model.ts';
import { pretrain as pretrainFiles } from '../node/pretrain.ts';
import type { AskedBatch } from './asked-batch.ts';
import { heldOutBatches } from './held-out-loss.ts';
import { pretrain } from './pretrain.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-pretrain-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = onnxEngine();
const texts = textsOf(60, 4);
const settings = {
  ...{ engine, maxSteps: 12, batchSize: 8, length: 16, learningRate: 3e-3, heldOutRows: 8 },
  mask: { ...bert, rate: 0.3 },
};
const sizes = { layers: 1, width: 16, heads: 2, vocabularySize: 60 };

/** A run and the loss of each of its steps. */
async function watched<T>(run: (told: { callbacks: [{ onStepEnd(step: { loss: number }): void }] }) => Promise<T>) {
  const losses: number[] = [];
  return { run: await run({ callbacks: [{ onStepEnd: ({ loss }) => void losses.push(loss) }] }), losses };
}

describe('pretrain on texts', () => {
  it('gives the losses, the weights and the held-out figure of pretrain on a file with the same documents', async () => {
    const corpus = join(folder, 'corpus.txt');
    writeFileSync(corpus, `${texts.join('\n')}\n`);
    const [ours, theirs] = [
      await watched((told) => pretrain({ ...settings, ...sizes, texts: ['', ...texts] }, told)),
      await watched((told) => pretrainFiles({ ...settings, ...sizes, corpus, output: join(folder, 'run') }, told)),
    ];
    expect(ours.losses).toHaveLength(12);
    expect(ours.losses).toEqual(theirs.losses);
    expect(await ours.run.model.hash()).toBe(await theirs.run.model.hash());
    expect(ours.run.heldOut).toEqual(theirs.run.heldOut);
    expect([ours.run.steps, ours.run.tokens, ours.run.lastLoss]).toEqual([
      ...[theirs.run.steps, theirs.run.tokens, theirs.run.lastLoss],
    ]);
  });

  it('draws fresh weights as spread as it is asked to', async () => {
    const spreadOf = async (more: object) => {
      const { model } = await pretrain({ ...settings, ...sizes, ...more, maxSteps: 1, learningRate: 1e-9, texts });
      const { values } = model.loaded.parameters.embeddings.tokenTable;
      return [Math.hypot(...values), model.config.drawDeviation];
    };
    const [usual, wide] = [await spreadOf({}), await spreadOf({ initializerRange: 0.08 })];
    expect(Number(wide[0]) / Number(usual[0])).toBeCloseTo(4, 3);
    expect([usual[1], wide[1]]).toEqual([undefined, 0.08]);
    await expect(spreadOf({ initializerRange: 0 })).rejects.toThrow('initializerRange must be a number above 0, got 0');
  });

  it('looks at the held-out loss on the way: what the weights say of hidden tokens, and nothing of the training changes', async () => {
    const looks: [step: number, loss: number][] = [];
    const callbacks = [{ onEvaluate: (step: number, told: object) => void looks.push([step, Object.values(told)[0]]) }];
    const [plain, looked] = [
      await pretrain({ ...settings, ...sizes, texts }),
      await pretrain({ ...settings, ...sizes, texts, evalSteps: 6 }, { callbacks }),
    ];
    expect(await looked.model.hash()).toBe(await plain.model.hash());
    expect(looks.map(([step]) => step)).toEqual([6, 12]);
    const { model } = looked;
    const pieces = texts.filter((_, i) => (i + 1) % 10 === 0).flatMap((text) => chunkText(text, 14));
    const asked = await heldOutBatches(pieces.slice(0, 8), {
      ...{ loaded: model.loaded, tokenizer: model.tokenizerOf(16), padId: model.padId, length: 16 },
      maskId: model.needMask().id,
    });
    const logitsOf = model.compile(({ encoder }, { targetPositions, ...rows }: AskedBatch<Tensor>) => ({
      logits: predictTokens(encoder, model.forward(encoder, rows).hidden, targetPositions, model.config),
    }));
    let [sum, count] = [0, 0];
    for (const batch of asked) {
      const { logits } = await logitsOf(batch);
      const size = model.config.vocabularySize;
      for (const [slot, weight] of Array.from(batch.weights.values).entries()) {
        if (Number(weight) === 0) continue;
        const [length = 0, slots = 0] = [batch.ids.shape[1], batch.targets.shape[1]];
        const place = Math.floor(slot / slots) * length + Number(batch.targetPositions.values[slot]);
        expect(batch.ids.values[place]).toBe(model.needMask().id);
        const own = Array.from(logits.values.slice(slot * size, (slot + 1) * size), Number);
        sum +=
          Math.log(own.reduce((total, logit) => total + Math.exp(logit), 0)) -
          Number(own[Number(batch.targets.values[slot])]);
        count++;
      }
    }
    // 15 % of some 100 tokens of eight rows.
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(20);
    expect(looks[1]?.[1]).toBeCloseTo(sum / count, 5);
  });

  it('refuses a look that has nothing to look at', async () => {
    await expect(pretrain({ ...settings, ...sizes, texts, evalSteps: 0.5, heldOutRows: 0 })).rejects.toThrow(
      'evalSteps must be a whole number of at least 1, got 0.5; evalSteps looks at held-out rows, and heldOutRows is 0',
    );
  });

  it('goes on from a model, which stays as it was, with words added and text of its own held out', async () => {
    const { model } = await pretrain({ ...settings, ...sizes, texts });
    const before = await model.hash();
    const { maxSteps: _, ...rest } = settings;
    const run = await pretrain({
      ...{ ...rest, maxSteps: 3, texts, heldOut: textsOf(4, 9), model, addTokens: ['明月'] },
    });
    expect(await model.hash()).toBe(before);
    expect(run.model.tokenizer.idOf('明月')).toBe(model.tokenizer.size);
    expect(run.heldOut.pseudoPerplexity.n).toBeGreaterThan(0);
  });

  it('refuses in one sentence what it cannot do', async () => {
    const refused = async (options: object, message: RegExp) =>
      expect(pretrain({ ...settings, ...sizes, texts, ...options })).rejects.toThrow(message);
    await refused({ texts: ['', ' '] }, /^pretrain: the texts have nothing to learn from; give others\.$/);
    await refused({ layers: undefined }, /fresh weights need 'layers' and 'width'/);
    await refused({ engine: undefined }, /pretrain: 'engine' is needed|engine/);
    await refused({ maxStep: 3 }, /'maxStep' is no setting/);
    await refused({ mask: { preset: 'pmi' } }, /the preset 'pmi' needs 'collocations'/);
    const { model } = await pretrain({ ...settings, ...sizes, maxSteps: 1, texts });
    await refused({ model }, /layers, width, heads, vocabularySize are the checkpoint's own/);
    await expect(pretrain({ ...settings, ...sizes, texts }, { signal: AbortSignal.abort() })).rejects.toThrow(
      /^stopped after step \d+; nothing was kept, for there are no checkpoints here\.$/,
    );
  });
});
