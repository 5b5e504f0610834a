import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tfjsEngine } from '@cloze/backend';
import { savePretrained } from '@cloze/encoder/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expected, tinyMlm } from '../../test/tiny-mlm.ts';
import type { Model } from '../model/model.ts';
import { openModel } from '../node/open-model.ts';
import { runningPerplexity } from './running-perplexity.ts';
import { scoreNBest } from './score-n-best.ts';
import { scorePairs } from './score-pairs.ts';
import { type ScorableText, type ScoreTextsOptions, scoreTexts, type TextScore } from './score-texts.ts';
import { scoringKindFor } from './scoring-kinds.ts';

const engine = await tfjsEngine('cpu');
let folder = '';
let model: Model;
let causalModel: Model;
let tta: Model;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-score-'));
  model = await openModel(tinyMlm, { engine });
  cpSync(tinyMlm, join(folder, 'causal'), { recursive: true });
  const config = JSON.parse(readFileSync(join(tinyMlm, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'causal', 'config.json'), JSON.stringify({ ...config, is_decoder: true }));
  causalModel = await openModel(join(folder, 'causal'), { engine });
  await savePretrained(join(folder, 'tta'), { ...model.loaded, family: 't-ta', file: {} });
  tta = await openModel(join(folder, 'tta'), { engine });
});
afterAll(() => {
  for (const open of [model, causalModel, tta]) open.dispose();
  rmSync(folder, { recursive: true });
});

async function scoresOf(of: Model, texts: readonly (string | ScorableText)[], options: ScoreTextsOptions) {
  const items = texts.map((text, i) => (typeof text === 'string' ? { text, line: i + 1 } : text));
  const found: TextScore<ScorableText>[] = [];
  for await (const score of scoreTexts(of, items, options)) found.push(score);
  return found;
}
const scored = ({ tokens }: TextScore<unknown>) => tokens.flatMap(([, value]) => (value === null ? [] : [value]));
async function* lines(...texts: string[]) {
  for (const [i, text] of texts.entries()) yield { line: i + 1, text };
}

describe('scoreTexts', () => {
  it.each([
    ['masked', expected.masked],
    ['masked', expected.byHand],
    ['masked-words', expected.maskedWords],
  ] as const)('%s equals minicons and transformers, whatever shares a batch', async (kind, rows) => {
    for (const batchTokens of [7, 64, 4096]) {
      const found = await scoresOf(model, expected.texts, { kind, words: 'tokenizer', batchTokens });
      for (const [i, row] of rows.entries())
        expect(scored(found[i] as TextScore<unknown>)).toEqual(row.map((value) => expect.closeTo(value, 4)));
    }
  });

  it('words differ from tokens in this fixture', () => {
    expect(expected.maskedWords[2]).not.toEqual(expected.masked[2]);
  });

  it('left to right equals transformers', async () => {
    const found = await scoresOf(causalModel, expected.texts, { kind: 'left-to-right' });
    for (const [i, row] of expected.leftToRight.entries())
      expect(scored(found[i] as TextScore<unknown>)).toEqual(row.map((value) => expect.closeTo(value, 4)));
  });

  it('a T-TA in one pass gives what it gives with each token masked: no token sees itself', async () => {
    const once = await scoresOf(tta, expected.texts, { kind: 'one-pass' });
    const masked = await scoresOf(tta, expected.texts, { kind: 'masked' });
    for (const [i, score] of once.entries())
      expect(scored(score)).toEqual(scored(masked[i] as TextScore<unknown>).map((value) => expect.closeTo(value, 4)));
    expect(once[0]?.tokens[1]?.[0]).toBe('床');
  });

  it('by jieba, 明月 is a word of two characters', async () => {
    const [byCharacter] = await scoresOf(model, ['举头望明月'], { kind: 'masked' });
    const [byWord] = await scoresOf(model, ['举头望明月'], { kind: 'masked-words' });
    expect(byWord?.tokens[4]?.[1]).not.toBeCloseTo(byCharacter?.tokens[4]?.[1] as number, 4);
    expect(byWord?.tokens[5]?.[1]).toBeCloseTo(byCharacter?.tokens[5]?.[1] as number, 6);
  });

  it('a part: only its tokens count', async () => {
    const [all] = await scoresOf(model, ['举头望明月'], { kind: 'masked' });
    const [part] = await scoresOf(model, [{ text: '举头望明月', part: '明月', line: 1 }], { kind: 'masked' });
    expect(part?.count).toBe(2);
    expect(part?.score).toBeCloseTo((all?.tokens[4]?.[1] as number) + (all?.tokens[5]?.[1] as number), 5);
    const absent = scoresOf(model, [{ text: '举头', part: '明月', line: 7 }], { kind: 'masked' });
    await expect(absent).rejects.toThrow("line 7: the part '明月' does not occur in '举头'");
  });

  it('says when a text is cut, and only then', async () => {
    const found = await scoresOf(model, ['明'.repeat(30), '明'.repeat(31), `${'明'.repeat(30)} \t`], {
      kind: 'masked',
    });
    expect(found.map(({ truncated, count }) => [truncated, count])).toEqual([
      [false, 30],
      [true, 30],
      [false, 30],
    ]);
  });

  it('boundary tokens count only when asked', async () => {
    const [score] = await scoresOf(model, ['明月'], { kind: 'masked', boundaryTokens: 'include' });
    expect(score?.count).toBe(4);
  });
});

it('runningPerplexity weighs tokens and texts apart', () => {
  const running = runningPerplexity();
  expect(running.figures().pseudoPerplexity).toBeNull();
  for (const [score, count] of [
    [-3, 3],
    [-3, 1],
    [0, 0],
  ] as const)
    running.add({ score, count, truncated: count === 1, item: 0, tokens: [] });
  expect(running.figures()).toEqual({
    ...{ texts: 2, tokens: 4, truncated: 1 },
    pseudoPerplexity: Math.exp(6 / 4),
    pseudoPerplexityMacro: Math.exp(2),
  });
});

it('scorePairs counts pairs by group', async () => {
  const all = await scoresOf(model, ['明月', '月明'], { kind: 'masked' });
  const told: boolean[] = [];
  const figures = await scorePairs(
    model,
    lines('明月\t月明\torder', '月明\t明月\torder', '光\t光'),
    { kind: 'masked' },
    ({ right }) => told.push(right),
  );
  const first = (all[0]?.score as number) > (all[1]?.score as number);
  expect(told).toEqual([first, !first, false]);
  expect(figures).toMatchObject({
    pairs: 3,
    accuracy: 1 / 3,
    groups: [{ name: 'order', accuracy: 0.5 }, { name: '' }],
  });
  await expect(scorePairs(model, lines('明月'), { kind: 'masked' }, () => {})).rejects.toThrow(
    'line 1: expected a good',
  );
});

describe('scoreNBest', () => {
  const list = (id: number, reference?: string) =>
    JSON.stringify({
      id,
      hypotheses: [
        { text: '明光', score: -1 },
        { text: '明月', score: -1.5 },
      ],
      reference,
    });
  const setting = { kind: 'masked', normalise: 'none' } as const;

  it('weight 0 keeps the first system, 1 the order of log-likelihoods, tune finds the reference', async () => {
    const scores = await scoresOf(model, ['明光', '明月'], { kind: 'masked' });
    const best = (scores[0]?.score as number) > (scores[1]?.score as number) ? '明光' : '明月';
    const tops: (string | undefined)[] = [];
    const each = ({ hypotheses }: { hypotheses: readonly { text: string }[] }) => tops.push(hypotheses[0]?.text);
    for (const weight of [0, 1]) await scoreNBest(model, lines(list(1)), { ...setting, weight }, each);
    expect(tops).toEqual(['明光', best]);
    const tuned = await scoreNBest(model, lines(list(1, best), list(2, best)), { ...setting, weight: 'tune' }, each);
    expect(tuned).toMatchObject({ lists: 2, errorRateAfter: 0, errorRateBefore: best === '明光' ? 0 : 0.5 });
  });

  it('names lines of another form, and lists without reference', async () => {
    const run = (...texts: string[]) => scoreNBest(model, lines(...texts), { ...setting, weight: 'tune' }, () => {});
    await expect(run('{')).rejects.toThrow('line 1: no JSON');
    await expect(run('{"hypotheses": []}')).rejects.toThrow('line 1: expected {"id"');
    await expect(run('null')).rejects.toThrow('line 1: expected {"id"');
    await expect(run(list(1, '明月'), list(2))).rejects.toThrow('1 of 2 have one');
  });
});

it('scoringKindFor: each model has its own way, and no way shows a model the answers', () => {
  expect(scoringKindFor(model)).toBe('masked');
  expect(scoringKindFor(tta)).toBe('one-pass');
  expect(scoringKindFor(causalModel)).toBe('left-to-right');
  expect(scoringKindFor(tta, 'masked')).toBe('masked');
  expect(() => scoringKindFor(model, 'one-pass')).toThrow('needs a T-TA');
  expect(() => scoringKindFor(model, 'left-to-right')).toThrow('is_decoder');
  expect(() => scoringKindFor(causalModel, 'masked')).toThrow('reads from left to right');
});
