import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
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

const engine = referenceEngine();
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

  it('a part that occurs several times: which one is said, or refused', async () => {
    const text = '明月明月光';
    const run = (part: string, occurrence?: number) =>
      scoresOf(model, [{ text, part, line: 3, ...(occurrence && { occurrence }) }], { kind: 'masked' });
    await expect(run('明月')).rejects.toThrow(
      "line 3: the part '明月' occurs 2 times in '明月明月光'; say which, from 1 to 2.",
    );
    await expect(run('明月', 3)).rejects.toThrow('occurs 2 times in');
    await expect(run('光', 2)).rejects.toThrow('occurs 1 time in');
    const [first, second] = [await run('明月', 1), await run('明月', 2)];
    const scoredAt = (found: typeof first) =>
      found[0]?.tokens.flatMap(([, value], place) => (value === null ? [] : [place]));
    expect([scoredAt(first), scoredAt(second)]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    // Occurrences that overlap are two places as well.
    const overlap = scoresOf(model, [{ text: '明明明', part: '明明', line: 1 }], { kind: 'masked' });
    await expect(overlap).rejects.toThrow('occurs 2 times');
  });

  it('special tokens that a text spells are not scored, by words neither', async () => {
    for (const kind of ['masked', 'masked-words'] as const)
      for (const words of ['jieba', 'tokenizer'] as const) {
        const [score] = await scoresOf(model, ['明月[MASK]光[SEP]'], { kind, words });
        expect(score?.count).toBe(3);
        expect(score?.tokens.map(([token, value]) => [token, value === null])).toEqual([
          ['[CLS]', true],
          ['明', false],
          ['月', false],
          ['[MASK]', true],
          ['光', false],
          ['[SEP]', true],
          ['[SEP]', true],
        ]);
      }
    const [none] = await scoresOf(model, ['[MASK][SEP]'], { kind: 'masked', boundaryTokens: 'include' });
    expect(none?.count).toBe(2);
  });

  it('are scored as any others where the model is opened so', async () => {
    const ordinary = await openModel(tinyMlm, { engine, specialInText: 'ordinary' });
    const [apart] = await scoresOf(model, ['月[SEP]光'], { kind: 'masked' });
    const [score] = await scoresOf(ordinary, ['月[SEP]光'], { kind: 'masked' });
    expect(score?.tokens.map(([token, value]) => [token, value === null])).toEqual([
      ['[CLS]', true],
      ['月', false],
      ['[SEP]', false],
      ['光', false],
      ['[SEP]', true],
    ]);
    expect([apart?.count, score?.count]).toEqual([2, 3]);
    expect(ordinary.tokenizerOf(8).specialIds.size).toBe(0);
    ordinary.dispose();
    await expect(openModel(tinyMlm, { engine, specialInText: 'never' as never })).rejects.toThrow(
      'one of apart, ordinary',
    );
  });

  it('names what is no text and what is no list of them', async () => {
    await expect(scoresOf(model, [{ line: 1 } as never], { kind: 'masked' })).rejects.toThrow(
      'scoreTexts: the text of item 0 is undefined, expected a string.',
    );
    await expect(model.score('明月' as never)).rejects.toThrow('score: expected a list, got a string ("明月")');
    await expect(model.score(['明月', null as never])).rejects.toThrow('score: text 1 is null');
  });

  it('says when a text is cut, and only then', async () => {
    const full = '明'.repeat(30);
    const found = await scoresOf(model, [full, `${full}明`, `${full} \t`, `${full}\u200b`, `${full}明月 光`], {
      kind: 'masked',
    });
    expect(found.map(({ truncated, cut, count }) => [truncated, cut, count])).toEqual([
      [false, 0, 30],
      [true, 1, 30],
      [false, 0, 30],
      [false, 0, 30],
      [true, 3, 30],
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
    running.add({ score, count, truncated: count === 1, cut: count === 1 ? 2 : 0, item: 0, tokens: [] });
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
    truncated: 0,
    cut: 0,
    ties: 1,
    accuracy: 0.5,
    groups: [
      { name: 'order', accuracy: 0.5 },
      { name: '', accuracy: 0.5, ties: 1 },
    ],
  });
  await expect(scorePairs(model, lines('明月'), { kind: 'masked' }, () => {})).rejects.toThrow(
    'line 1: expected a good',
  );
});

it('scorePairs says where sides differ only beyond what the model reads, and refuses a side without tokens', async () => {
  const long = '明'.repeat(30);
  const told: unknown[] = [];
  const figures = await scorePairs(model, lines(`${long}月\t${long}光光`), { kind: 'masked' }, ({ good, bad, cut }) =>
    told.push([good === bad, cut]),
  );
  expect(told).toEqual([[true, 3]]);
  expect(figures).toMatchObject({ truncated: 1, cut: 3 });
  for (const nothing of ['\u3000', ' ', '\u200b', '[MASK]'])
    await expect(scorePairs(model, lines('明\t月', `${nothing}\t月`), { kind: 'masked' }, () => {})).rejects.toThrow(
      `line 2: ${JSON.stringify(nothing)} has no token to score; leave the line out.`,
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

  it('refuses a hypothesis without tokens, whose sum over nothing would win', async () => {
    for (const text of ['', '\u3000', '\u200b']) {
      const line = JSON.stringify({
        id: 1,
        hypotheses: [
          { text: '明月', score: -1 },
          { text, score: -9 },
        ],
      });
      for (const normalise of ['none', 'length'] as const)
        await expect(
          scoreNBest(model, lines(list(1), line), { kind: 'masked', normalise, weight: 1 }, () => {}),
        ).rejects.toThrow(`line 2: the hypothesis ${JSON.stringify(text)} has no token to score`);
    }
    const cut = JSON.stringify({ hypotheses: [{ text: '明'.repeat(33), score: -1 }] });
    expect(await scoreNBest(model, lines(cut), { ...setting, weight: 1 }, () => {})).toMatchObject({
      truncated: 1,
      cut: 3,
    });
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
