import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { savePretrained } from '@cloze/encoder/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expected, tinyMlm } from '../../test/tiny-mlm.ts';
import type { Model } from '../model/model.ts';
import { openModel } from '../node/open-model.ts';
import { type ExplainOptions, explain as explainText } from './explain.ts';

const engine = referenceEngine();
let model: Model;
let classifier: Model;
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-explain-'));
  model = await openModel(tinyMlm, { engine });
  // The classifier's folder has no tokenizer of its own.
  cpSync(join(tinyMlm, 'classifier'), join(folder, 'classifier'), { recursive: true });
  cpSync(join(tinyMlm, 'vocab.txt'), join(folder, 'classifier', 'vocab.txt'));
  classifier = await openModel(join(folder, 'classifier'), { engine });
});
afterAll(() => {
  model.dispose();
  classifier.dispose();
  rmSync(folder, { recursive: true });
});
const options: ExplainOptions = { method: 'integrated-gradients', steps: 20, rule: 'gauss-legendre', baseline: 'zero' };
const scoresOf = (tokens: readonly { score: number }[]) => tokens.map(({ score }) => score);
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 3));

describe.each(['token', 'class'] as const)('a %s', (what) => {
  const { text, pair, tokens, value, integrated, fromMask, timesInput, saliency } = expected[what];
  const explain = (changes: Partial<ExplainOptions>) =>
    explainText(what === 'token' ? model : classifier, text, {
      ...options,
      ...(pair !== null && { pair }),
      target: what === 'token' ? '月' : '好',
      ...changes,
    });

  it('equals Captum on transformers', async () => {
    const found = await explain({});
    expect(found.tokens.map(({ token }) => token)).toEqual(tokens);
    expect(found.value).toBeCloseTo(value, 4);
    expect(scoresOf(found.tokens)).toEqual(near(integrated));
    expect(scoresOf((await explain({ baseline: 'mask' })).tokens)).toEqual(near(fromMask));
    expect(scoresOf((await explain({ method: 'gradient-x-input' })).tokens)).toEqual(near(timesInput));
    expect(scoresOf((await explain({ method: 'saliency' })).tokens)).toEqual(near(saliency));
  });

  it('the gap closes with steps', async () => {
    const few = await explain({ steps: 3, rule: 'left' });
    const many = await explain({ steps: 300 });
    const sum = scoresOf(many.tokens).reduce((a, b) => a + b, 0);
    expect(sum - (many.value - (many.baselineValue as number))).toBeCloseTo(many.gap as number, 6);
    expect(Math.abs(many.gap as number)).toBeLessThan(2e-3);
    expect(Math.abs(few.gap as number)).toBeGreaterThan(10 * Math.abs(many.gap as number));
  });
});

describe('explainText', () => {
  it('takes the likeliest token, and its probability is that of fillMasks', async () => {
    const [filled] = await model.fillMasks('床前明[MASK]光', { top: 1 });
    const found = await explainText(model, '床前明[MASK]光', options);
    expect(found.target).toBe(filled?.guesses[0]?.token);
    expect(Math.exp(found.value)).toBeCloseTo(filled?.guesses[0]?.probability as number, 5);
  });

  it('takes the likeliest class of a classifier', async () => {
    const found = await explainText(classifier, '明月光', options);
    expect(['差', '好', '中']).toContain(found.target);
    expect(Math.exp(found.value)).toBeGreaterThan(1 / 3);
  });

  it('in a T-TA the token at the mask has no say in itself', async () => {
    await savePretrained(join(folder, 'tta'), { ...model.loaded, family: 't-ta', file: {} });
    const tta = await openModel(join(folder, 'tta'), { engine });
    const { tokens } = await explainText(tta, '床前明[MASK]光', options);
    expect(tokens[4]).toMatchObject({ token: '[MASK]', score: 0 });
    expect(Math.abs(tokens[3]?.score as number)).toBeGreaterThan(1e-4);
    tta.dispose();
  });

  it('a T-TA whose queries start from a token is explained with that token, not with a token of the text', async () => {
    const { config } = model.loaded;
    const saved = {
      ...model.loaded,
      family: 't-ta' as const,
      file: {},
      config: { ...config, queryToken: model.needMask().id },
    };
    await savePretrained(join(folder, 'query'), saved);
    const tta = await openModel(join(folder, 'query'), { engine });
    const [filled] = await tta.fillMasks('床前明[MASK]光', { top: 1 });
    const found = await explainText(tta, '床前明[MASK]光', { ...options, steps: 60 });
    expect(Math.exp(found.value)).toBeCloseTo(filled?.guesses[0]?.probability as number, 5);
    expect(found.tokens[4]).toMatchObject({ token: '[MASK]', score: 0 });
    expect(Math.abs(found.gap as number)).toBeLessThan(2e-2);
    tta.dispose();
  });

  it('[MASK] stands for the tokenizer’s own in the second text too', async () => {
    const named = join(folder, 'named');
    cpSync(tinyMlm, named, { recursive: true });
    const lines = readFileSync(join(named, 'vocab.txt'), 'utf8');
    writeFileSync(join(named, 'vocab.txt'), lines.replace('[MASK]\n', '<mask>\n'));
    writeFileSync(join(named, 'tokenizer_config.json'), JSON.stringify({ mask_token: '<mask>' }));
    const other = await openModel(named, { engine });
    const pair = '床前明[MASK]光';
    const found = await explainText(other, '举头', { ...options, pair });
    const plain = await explainText(model, '举头', { ...options, pair });
    expect(found.value).toBeCloseTo(plain.value, 6);
    expect(await explainText(other, '举头', { ...options, pair: '床前明<mask>光' })).toEqual(found);
    other.dispose();
  });

  it('says what it cannot explain', async () => {
    await expect(explainText(model, '明月', options)).rejects.toThrow('write [MASK] once');
    await expect(explainText(model, '[MASK][MASK]', options)).rejects.toThrow('has 2 masks');
    await expect(explainText(model, '[MASK]', { ...options, target: '鑫' })).rejects.toThrow("knows no token '鑫'");
    await expect(explainText(classifier, '明', { ...options, target: '坏' })).rejects.toThrow("knows no class '坏'");
    await expect(explainText(model, `${'明'.repeat(40)}`, options)).rejects.toThrow('longer than the 32 that');
    const full = '明'.repeat(29);
    // What is no token cuts nothing; a pair is cut as one text is.
    await expect(explainText(model, `${full}[MASK]\u200b`, options)).resolves.toMatchObject({
      target: expect.anything(),
    });
    await expect(explainText(model, `${full}[MASK]`, { ...options, pair: '明' })).rejects.toThrow(
      'The text is 2 tokens longer than the 32 that the model reads; shorten it.',
    );
    await expect(explainText(model, 5 as never, options)).rejects.toThrow('explain: the text is a number (5)');
    await expect(explainText(model, '明', { ...options, pair: null as never })).rejects.toThrow('the pair is null');
    await expect(explainText(classifier, '[MASK]', options)).rejects.toThrow('no language-model head');
  });
});
