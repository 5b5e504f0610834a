import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cloze/backend';
import { families } from '@cloze/encoder';
import { diffusion, wholeWord } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel, textsOf } from '../../test/small-model.ts';
import { hashOf } from '../hash-of.ts';
import { openEngine } from './open-engine.ts';
import { openModel } from './open-model.ts';
import { type PretrainOptions, pretrain } from './pretrain.ts';

let folder = '';
let corpus = '';
let engine: Engine;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-pretrain-'));
  corpus = join(folder, 'corpus.txt');
  // A character follows another: what is hidden can be told from what stands beside it.
  writeFileSync(
    corpus,
    `${textsOf(400, 4)
      .map((text) => [...text].map((c) => c + (c === '月' ? '光' : '明')).join(''))
      .join('\n')}\n`,
  );
  ({ engine } = await openEngine());
});
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true });
});

/** A fresh encoder that trains in a second; nothing compiled by XLA. */
const fresh = (name: string, more: Partial<PretrainOptions> = {}): PretrainOptions => ({
  corpus,
  layers: 1,
  width: 32,
  vocabularySize: 100,
  maxSteps: 60,
  batchSize: 16,
  length: 24,
  learningRate: 3e-3,
  heldOutRows: 8,
  output: join(folder, name),
  engine,
  placement: { fuse: false },
  ...more,
});

describe('pretrain', () => {
  it('learns, tells how held-out text surprises it, and saves what opens again', async () => {
    const said: string[] = [];
    const run = await pretrain(fresh('learns', { maxSteps: 150 }), { say: (line) => said.push(line) });
    const { pseudoPerplexity } = run.heldOut;
    // 21 characters; a model that knew none would be near that.
    expect(pseudoPerplexity.value).toBeLessThan(8);
    expect(pseudoPerplexity.low).toBeLessThan(pseudoPerplexity.value);
    const [sum, tokens] = [0, 0].map((_, i) =>
      run.heldOut.pieces.reduce((total, { logLikelihood, count }) => total + (i === 0 ? logLikelihood : count), 0),
    );
    expect(run.heldOut.pieces).toHaveLength(8);
    expect(Math.exp(-Number(sum) / Number(tokens))).toBeCloseTo(pseudoPerplexity.value, 6);
    expect(said.join()).toContain('vocabulary: ');
    const saved = join(folder, 'saved');
    await run.model.save(saved);
    expect(readFileSync(join(saved, 'README.md'), 'utf8')).toContain('pseudo-perplexity, held out');
    const opened = await openModel(saved, { engine });
    expect(await opened.fillMask('明月[MASK]')).toEqual(await run.model.fillMask('明月[MASK]'));
    for (const model of [run.model, opened]) model.dispose();
  });

  it('stopped and called again it ends bit-equal to one that was not; other settings are refused by name', async () => {
    const whole = await pretrain(fresh('whole'));
    const controller = new AbortController();
    const callbacks = [{ onStepEnd: ({ step }: { step: number }) => step === 25 && controller.abort() }];
    const options = fresh('stopped');
    await expect(pretrain(options, { callbacks, signal: controller.signal })).rejects.toThrow('stopped after step 25');
    await expect(pretrain({ ...options, learningRate: 1e-3 })).rejects.toThrow('learningRate is 0.001, was 0.003');
    await expect(pretrain({ ...options, layers: 3, width: 96 })).rejects.toThrow(
      /stopped was begun with other sizes: layers is 3, was \d; width is 96, was \d+\. Use the same, or another output\.$/,
    );
    await expect(pretrain({ ...options, heads: 2, initializerRange: 0.04 })).rejects.toThrow(
      'heads is 2, was the default; initializerRange is 0.04, was the default.',
    );
    const { vocabularySize: _size, ...unsized } = options;
    await expect(pretrain(unsized)).rejects.toThrow('vocabularySize is the default, was 100.');
    const resumed = await pretrain(options);
    expect(await resumed.model.hash()).toBe(await whole.model.hash());
    expect(resumed.heldOut).toEqual(whole.heldOut);
    for (const run of [whole, resumed]) run.model.dispose();
  });

  it('weights that the machine has no room for are refused before they are drawn', async () => {
    await expect(pretrain(fresh('huge', { layers: 1000, width: 65_536, heads: 64 }))).rejects.toThrow(
      /^pretrain: 1000 layers of width 65536 are 19\d{4}\.\d GiB of weights, and this machine has .*; ask for a smaller model\.$/,
    );
    await expect(pretrain(fresh('deep', { layers: 1e9 }))).rejects.toThrow(
      'layers must be a whole number from 1 to 1000, got 1000000000',
    );
  });

  it('weights that nothing was trained from yet are drawn again for other sizes', async () => {
    // Fails once its weights are drawn.
    await expect(pretrain(fresh('again', { mask: { preset: 'whole-wrod' } }))).rejects.toThrow(
      "no masking preset 'whole-wrod'",
    );
    const run = await pretrain(fresh('again', { family: 't-ta', width: 48, maxSteps: 2 }));
    expect([run.model.visibility, run.model.config.width]).toEqual(['others', 48]);
    run.model.dispose();
  });

  it.each(families.map(({ name, modelTypes }) => [name, modelTypes[0]] as const))(
    '%s is begun as its authors’ models are: what is saved is transformers’ own %s',
    async (family, modelType) => {
      const run = await pretrain(fresh(`begun-${family}`, { family, maxSteps: 1 }));
      expect([run.model.family, Number.isFinite(run.lastLoss)]).toEqual([family, true]);
      const saved = join(folder, `${family}-saved`);
      await run.model.save(saved);
      const file = JSON.parse(readFileSync(join(saved, 'config.json'), 'utf8'));
      expect([file.model_type, file.cloze]).toEqual([modelType, undefined]);
      const opened = await openModel(saved, { engine });
      expect(opened.config).toEqual(run.model.config);
      for (const model of [run.model, opened]) model.dispose();
    },
  );

  it('masked next tokens and GPT-BERT are learnt with one head and asked one place earlier ever after', async () => {
    const options = { mask: { preset: 'gpt-bert' }, maxSteps: 150 };
    const run = await pretrain(fresh('gpt-bert', options));
    expect(run.model.config.predictsNext).toBe(true);
    // Asked where they stand, hidden tokens would be no better known than by chance, 21 characters.
    expect(run.heldOut.pseudoPerplexity.value).toBeLessThan(8);
    const parts = await pretrain(
      fresh('gpt-bert-parts', { ...options, maxSteps: 5, dropout: 0, gradientAccumulationSteps: 4 }),
    );
    const one = await pretrain(fresh('gpt-bert-one', { ...options, maxSteps: 5, dropout: 0 }));
    expect(Math.abs(parts.lastLoss - one.lastLoss)).toBeLessThan(1e-4);
    const saved = join(folder, 'gpt-bert-saved');
    await run.model.save(saved);
    expect(JSON.parse(readFileSync(join(saved, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'cloze',
      cloze: { predictsNext: true },
    });
    const opened = await openModel(saved, { engine });
    const text = '床[MASK]月光';
    expect(await opened.fillMask(text)).toEqual(await run.model.fillMask(text));
    const [guess] = await opened.fillMask(text, { top: 1 });
    const shown = await opened.unmask(text);
    expect(shown.filled[0]?.id).toBe(guess?.id);
    // Each character but 月 is followed by 明.
    expect(guess?.token).toBe('明');
    // Half of its steps were left to right, so it goes on with a text unless told otherwise.
    const search = { tokens: 3, minimumTokens: 3 };
    const [goneOn] = await opened.generate('床前', search);
    expect(goneOn).toEqual((await opened.generate('床前', { ...search, source: 'causal' }))[0]);
    expect(goneOn).not.toEqual((await opened.generate('床前', { ...search, source: 'prefix' }))[0]);
    const further = { corpus, model: saved, maxSteps: 2, batchSize: 8, length: 24, heldOutRows: 0, engine };
    const more = await pretrain({ ...further, output: join(folder, 'gpt-bert-further') });
    expect(more.record.settings).toMatchObject({ mask: { name: 'shifted-bert' } });
    await expect(pretrain({ ...further, mask: wholeWord, output: join(folder, 'gpt-bert-own') })).rejects.toThrow(
      'outputs of this checkpoint name the next token',
    );
    for (const { model } of [run, parts, one, more]) model.dispose();
    opened.dispose();
  });

  it('a causal stage leaves the head where masked next tokens ask it; stages that ask elsewhere are refused', async () => {
    const both = [
      { share: 0.5, causal: true },
      { share: 0.5, mask: { preset: 'mntp' } },
    ];
    const run = await pretrain(fresh('two phases', { stages: both, maxSteps: 4 }));
    expect([run.model.visibility, run.model.config.predictsNext]).toEqual(['all', true]);
    run.model.dispose();
    const mixed = [{ share: 0.5 }, { share: 0.5, mask: { preset: 'mntp' } }];
    await expect(pretrain(fresh('mixed', { stages: mixed, maxSteps: 4 }))).rejects.toThrow(
      'stage 2 asks hidden tokens one place earlier, stage 1 where they stand',
    );
  });

  it('a rate that changes along a stage is hidden step by step; presets that need counts or pairs find them', async () => {
    const stages = [{ share: 1, mask: { preset: 'bert', rate: 0.4 }, rateTo: 0.1, rateCourse: 'cosine' as const }];
    const run = await pretrain(fresh('rates', { stages, maxSteps: 6 }));
    expect(run.record.settings).toMatchObject({ stages: [{ rateTo: 0.1, rateCourse: 'cosine' }] });
    run.model.dispose();
    for (const preset of ['frequency-informed', 'infor-mask', 'frequency-diffusion', 'bimodal-diffusion']) {
      const { model, record } = await pretrain(fresh(preset, { maxSteps: 2, mask: { preset } }));
      expect(record.settings).toMatchObject({ mask: { name: preset } });
      model.dispose();
    }
    await expect(
      pretrain(fresh('no rate', { stages: [{ share: 1, mask: diffusion, rateTo: 0.1 }], maxSteps: 2 })),
    ).rejects.toThrow("'diffusion' does not");
  });

  it.each(['t-ta', 'left-to-right'] as const)('%s asks every token, and refuses to hide any', async (family) => {
    const run = await pretrain(fresh(family, { family, maxSteps: 5 }));
    expect(run.model.visibility).toBe(family === 't-ta' ? 'others' : 'before');
    run.model.dispose();
    await expect(pretrain(fresh(`${family}-hidden`, { family, mask: wholeWord }))).rejects.toThrow("leave 'mask' out");
  });

  it('masked diffusion is learnt from, in parts as in one; its sampler fills masks round by round', async () => {
    const options = { mask: diffusion, maxSteps: 5, dropout: 0, batchSize: 8 };
    const run = await pretrain(fresh('diffusion', options));
    const parts = await pretrain(fresh('diffusion-parts', { ...options, gradientAccumulationSteps: 4 }));
    expect(Number.isFinite(run.lastLoss)).toBe(true);
    expect(Math.abs(run.lastLoss - parts.lastLoss)).toBeLessThan(1e-4);
    const text = '床前[MASK]月[MASK]，疑是[MASK]上霜';
    const { filled, text: whole } = await run.model.unmask(text);
    expect(filled.map(({ step }) => step).sort()).toEqual([1, 2, 3]);
    expect(whole).not.toContain('[MASK]');
    // All at once it is what each mask is filled with by itself.
    const once = await run.model.unmask(text, { steps: 1 });
    expect(once.filled.map(({ id }) => id)).toEqual(
      (await run.model.fillMasks(text)).map(({ guesses }) => guesses[0]?.id),
    );
    // The surest goes first, and the next round sees it.
    const [first] = filled.filter(({ step }) => step === 1);
    expect(first?.probability).toBe(Math.max(...once.filled.map(({ probability }) => probability)));
    await expect(run.model.unmask(text, { temperature: 1 })).rejects.toThrow("so it needs 'random'");
    const drawn = async (seed: number) =>
      (await run.model.unmask(text, { temperature: 2, order: 'random', random: streamFrom(seed) })).filled;
    expect(await drawn(1)).toEqual(await drawn(1));
    for (const { model } of [run, parts]) model.dispose();
  });

  it.each([
    ['t-ta', 'outputs see all tokens but their own'],
    ['left-to-right', 'outputs see what comes before'],
    ['mae', 'a language-model head does not answer'],
  ])('refuses to ask an encoder that sees every token the question of %s', async (preset, why) => {
    await expect(pretrain(fresh(`asked-${preset}`, { mask: { preset }, maxSteps: 2 }))).rejects.toThrow(why);
  });

  it('goes through stages: each step asks what its stage asks, stopped and called again it ends bit-equal', async () => {
    const stages = [
      { share: 0.4, causal: true },
      { share: 0.4, mask: { preset: 'whole-word', rate: 0.3 } },
      { share: 0.2 },
    ];
    const options = { stages, maxSteps: 10 };
    const whole = await pretrain(fresh('stages', options));
    const tokensOnly = await pretrain(fresh('one-stage', { maxSteps: 10 }));
    expect(await tokensOnly.model.hash()).not.toBe(await whole.model.hash());
    // At the end it sees every token again.
    expect(whole.model.visibility).toBe('all');
    const controller = new AbortController();
    const callbacks = [{ onStepEnd: ({ step }: { step: number }) => step === 3 && controller.abort() }];
    const stopped = fresh('stages-stopped', options);
    await expect(pretrain(stopped, { callbacks, signal: controller.signal })).rejects.toThrow('stopped after step 3');
    const other = { ...stopped, stages: stages.map((stage, i) => ({ ...stage, share: [0.3, 0.5, 0.2][i] ?? 0 })) };
    await expect(pretrain(other)).rejects.toThrow(/stages is/);
    const resumed = await pretrain(stopped);
    expect(await resumed.model.hash()).toBe(await whole.model.hash());
    for (const { model } of [whole, tokensOnly, resumed]) model.dispose();
  });

  it('adaptive masks follow what it gets right: in parts as in one, stopped anywhere and called again bit-equal', async () => {
    const options = { adaptive: { every: 3 }, maxSteps: 12, dropout: 0 };
    const whole = await pretrain(fresh('adaptive', options));
    const plain = await pretrain(fresh('not-adaptive', { maxSteps: 12, dropout: 0 }));
    expect(await plain.model.hash()).not.toBe(await whole.model.hash());
    const parts = await pretrain(fresh('adaptive-parts', { ...options, gradientAccumulationSteps: 4 }));
    expect(Math.abs(whole.lastLoss - parts.lastLoss)).toBeLessThan(1e-4);
    for (const stop of [5, 6, 7]) {
      const controller = new AbortController();
      const callbacks = [{ onStepEnd: ({ step }: { step: number }) => step === stop && controller.abort() }];
      const stopped = fresh(`adaptive-${stop}`, options);
      await expect(pretrain(stopped, { callbacks, signal: controller.signal })).rejects.toThrow('stopped after');
      await expect(pretrain({ ...stopped, adaptive: { every: 4 } })).rejects.toThrow('adaptive is');
      const resumed = await pretrain(stopped);
      expect(await resumed.model.hash()).toBe(await whole.model.hash());
      resumed.model.dispose();
    }
    // By the loss of classes too, here of characters by their number.
    const classes = Object.fromEntries(
      Array.from({ length: 20_992 }, (_, i) => [String.fromCodePoint(0x4e00 + i), `${i % 3}`]),
    );
    const content = { ...options, adaptive: { every: 3, by: 'loss' as const, classes } };
    const byLoss = await pretrain(fresh('content', content));
    expect(await byLoss.model.hash()).not.toBe(await whole.model.hash());
    const controller = new AbortController();
    const callbacks = [{ onStepEnd: ({ step }: { step: number }) => step === 7 && controller.abort() }];
    await expect(pretrain(fresh('content-7', content), { callbacks, signal: controller.signal })).rejects.toThrow(
      'stopped after',
    );
    const rest = await pretrain(fresh('content-7', content));
    expect(await rest.model.hash()).toBe(await byLoss.model.hash());
    expect(Object(byLoss.record.settings).adaptive).toEqual({ every: 3, by: 'loss', classes: await hashOf(classes) });
    const others = { ...content.adaptive, classes: { ...classes, 的: 'another' } };
    await expect(pretrain(fresh('content', { ...content, adaptive: others }))).rejects.toThrow('adaptive is');
    for (const { model } of [byLoss, rest]) model.dispose();
    // One update of this rate makes every later loss no number: nothing of theirs is counted.
    const withheld = await pretrain(
      fresh('withheld', { ...content, maxSteps: 7, learningRate: 1e38, nonFinite: 'skip', heldOutRows: 0 }),
    );
    expect(withheld.record.skipped).toBeGreaterThan(3);
    withheld.model.dispose();
    await expect(pretrain(fresh('adaptive-causal', { ...options, mask: { preset: 'mntp' } }))).rejects.toThrow(
      "'mntp' chooses otherwise",
    );
    for (const { model } of [whole, plain, parts]) model.dispose();
  });

  it('a causal stage is what a left-to-right model learns: the same weights after it', async () => {
    const causal = await pretrain(fresh('all-causal', { stages: [{ share: 1, causal: true }], maxSteps: 3 }));
    const left = await pretrain(fresh('left', { family: 'left-to-right', maxSteps: 3 }));
    expect(await causal.model.hash()).toBe(await left.model.hash());
    await expect(
      pretrain(fresh('t-ta-causal', { family: 't-ta', stages: [{ share: 1, causal: true }], maxSteps: 3 })),
    ).rejects.toThrow('stage 1 is causal, but the outputs of a t-ta do not see every token otherwise');
    for (const { model } of [causal, left]) model.dispose();
  });

  it('whole words are hidden where the policy says so, and the policy is part of the identity', async () => {
    const run = await pretrain(fresh('words', { maxSteps: 5, mask: wholeWord }));
    run.model.dispose();
    await expect(pretrain(fresh('words', { maxSteps: 5, mask: { ...wholeWord, rate: 0.3 } }))).rejects.toThrow(
      'mask is',
    );
  });

  it('takes a preset by its name, made of collocations, word vectors or counts, which are part of the identity', async () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const list = (words: string) => `# cloze pmi 1 power=1 minimum=3 totals=10,5\n1.5\t5\t${words}\n`;
    const pmi = (name: string, more: Partial<PretrainOptions> = {}) =>
      fresh(name, {
        maxSteps: 3,
        mask: { preset: 'pmi', rate: 0.3 },
        collocations: file('list.txt', list('明 光')),
        ...more,
      });
    const run = await pretrain(pmi('pmi'));
    expect(run.record.settings).toMatchObject({ mask: { name: 'pmi', rate: 0.3, collocations: expect.any(String) } });
    run.model.dispose();
    const other = { collocations: file('other.txt', list('光 明')) };
    await expect(pretrain(pmi('pmi', other))).rejects.toThrow(/mask is/);
    const vectors = file('vectors.txt', '床 1 0\n前 1 0.1\n明 0 1\n月 0.1 1\n');
    for (const [name, more] of [
      ['mac-bert', { wordVectors: vectors }],
      ['by-frequency', {}],
    ] as const) {
      const { model, record } = await pretrain(fresh(name, { maxSteps: 2, mask: { preset: name }, ...more }));
      expect(record.settings).toMatchObject({ mask: { name } });
      model.dispose();
    }
    await expect(pretrain(fresh('no list', { mask: { preset: 'pmi' } }))).rejects.toThrow(
      "the preset 'pmi' needs 'collocations', a list that cloze pmi build wrote",
    );
    await expect(pretrain(fresh('no vectors', { mask: { preset: 'mac-bert' } }))).rejects.toThrow("'wordVectors'");
    // What JavaScript may pass.
    const named = Object.assign(fresh('a name'), JSON.parse('{ "mask": "bert" }'));
    await expect(pretrain(named)).rejects.toThrow(
      "mask must be a policy of @cloze/masking, or { preset: 'whole-word' }",
    );
    await expect(pretrain(fresh('no preset', { mask: { preset: 'pmo' } }))).rejects.toThrow("no masking preset 'pmo'");
  });

  it('going on keeps family, unknown keys and tokenizer; new words begin as the mean of their pieces', async () => {
    const model = await smallModel('electra', { embeddingWidth: 8 });
    const config = join(model, 'config.json');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), house: 'mouse' }));
    const run = await pretrain({
      ...{ corpus, model, addTokens: ['明月', '月'], maxSteps: 3, batchSize: 8, length: 24, heldOutRows: 4 },
      ...{ output: join(folder, 'on'), engine, placement: { fuse: false }, learningRate: 1e-9 },
    });
    const saved = join(folder, 'on-saved');
    await run.model.save(saved);
    const opened = await openModel(saved, { engine });
    const before = await openModel(model, { engine });
    expect([opened.family, opened.loaded.file.house]).toEqual(['electra', 'mouse']);
    const [encoding] = await opened.tokenizer.encodeBatch(['床明月光']);
    expect(encoding?.ids).toHaveLength(5);
    const id = opened.tokenizer.idOf('明月') as number;
    const row = (of: typeof opened, index: number) =>
      Array.from(of.parameters.embeddings.tokenTable.values.subarray(index * 8, (index + 1) * 8));
    const [a, b] = ['明', '月'].map((token) => row(before, before.tokenizer.idOf(token) as number)) as [
      number[],
      number[],
    ];
    expect(row(opened, id)).toEqual(a.map((value, i) => expect.closeTo((value + (b[i] as number)) / 2, 5)));
    for (const open of [run.model, opened, before]) open.dispose();
  });

  it('says what is wrong all at once', async () => {
    await expect(pretrain(fresh('wrong', { batchSize: 0, warmupRatio: 2 }))).rejects.toThrow(
      'batchSize must be a whole number of at least 1, got 0; warmupRatio must lie between 0 and 1, got 2',
    );
    await expect(pretrain({ corpus, maxSteps: 5, output: join(folder, 'none'), engine })).rejects.toThrow(
      "need 'layers' and 'width'",
    );
    const blank = join(folder, 'blank.txt');
    writeFileSync(blank, '\n \n');
    const unread = fresh('unread', { corpus: blank });
    await expect(pretrain(unread)).rejects.toThrow('blank.txt has no text to learn from; give another file.');
    await expect(pretrain(fresh('unread', { heldOut: blank }))).rejects.toThrow('blank.txt has no text to judge by');
    expect(existsSync(unread.output)).toBe(false);
    const strange = { ...fresh('strange'), epochz: 3 };
    await expect(pretrain(strange)).rejects.toThrow("'epochz' is no setting");
  });
});
