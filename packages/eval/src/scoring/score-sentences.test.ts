import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { jointModel, maskId, sentenceOf } from '../../test/joint-model.ts';
import { leftToRight } from './left-to-right.ts';
import { maskEachToken } from './mask-each-token.ts';
import { maskWordsLeftToRight } from './mask-words-left-to-right.ts';
import { onePass } from './one-pass.ts';
import type { ScorableSentence } from './scorable-sentence.ts';
import { type ScoringOptions, type ScoringQuery, scoreSentences } from './score-sentences.ts';

const model = jointModel(4);
const letters = [3, 5, 4, 4];
const sentence = sentenceOf(...letters);

async function all<S extends ScorableSentence>(sentences: readonly S[], options: ScoringOptions<S>) {
  const scores = [];
  for await (const score of scoreSentences(sentences, options)) scores.push(score);
  return scores;
}
const one = async (options: ScoringOptions<ScorableSentence>, asked: ScorableSentence = sentence) =>
  (await all([asked], options))[0] as Awaited<ReturnType<typeof all>>[number];

describe('on a distribution whose every conditional is known', () => {
  it('maskEachToken sums ln p(token | all others)', async () => {
    const expected = letters.map((_, place) => model.conditional(letters, place, (other) => other !== place));
    const score = await one({ kind: maskEachToken, predict: model.masked, maskId });
    expect(score.logProbabilities).toEqual([null, ...expected.map((x) => expect.closeTo(x, 12)), null]);
    expect(score.total).toBeCloseTo(
      expected.reduce((a, b) => a + b, 0),
      12,
    );
    expect(score.count).toBe(4);
  });

  it('leftToRight sums to ln p(sentence): the chain rule', async () => {
    const { total } = await one({ kind: leftToRight, predict: model.causal });
    expect(total).toBeCloseTo(model.log(letters), 12);
  });

  it('maskWordsLeftToRight of one word sums to ln p(sentence) too; of words of one token it is maskEachToken', async () => {
    const setting = { kind: maskWordsLeftToRight, predict: model.masked, maskId };
    expect((await one(setting)).total).toBeCloseTo(model.log(letters), 12);
    const apart = { ...sentence, wordNumbers: [-1, 0, 1, 2, 3, -1] };
    const plain = await one({ kind: maskEachToken, predict: model.masked, maskId });
    expect((await one(setting, apart)).logProbabilities).toEqual(plain.logProbabilities);
    expect(plain.total).not.toBeCloseTo(model.log(letters), 3);
    // Two words of two: the first letter of a word is told nothing of the second.
    const halves = { ...sentence, wordNumbers: [-1, 0, 0, 1, 1, -1] };
    const [, first, second] = (await one(setting, halves)).logProbabilities;
    expect(first).toBeCloseTo(
      model.conditional(letters, 0, (other) => other > 1),
      12,
    );
    expect(second).toBeCloseTo(
      model.conditional(letters, 1, (other) => other !== 1),
      12,
    );
  });

  it('onePass puts one row, nothing hidden, all places asked', async () => {
    const seen: ScoringQuery<ScorableSentence>[] = [];
    const score = await one({
      kind: onePass,
      predict: async (queries) => {
        seen.push(...queries);
        return queries.map(({ targetPositions }) => targetPositions.map((p) => -p));
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ targetPositions: [1, 2, 3, 4], targets: letters });
    expect([...(seen[0]?.ids ?? [])]).toEqual(sentence.ids);
    expect(score.logProbabilities).toEqual([null, -1, -2, -3, -4, null]);
  });
});

const flat = async (queries: readonly ScoringQuery<ScorableSentence>[]) =>
  queries.map(({ targetPositions, targets }) => targetPositions.map((p, slot) => -p - (targets[slot] as number) / 100));

describe('which tokens count', () => {
  it('a subset, in any order, named twice', async () => {
    const score = await one({ kind: onePass, predict: flat }, { ...sentence, places: [3, 1, 3] });
    expect(score.logProbabilities.map((value) => value !== null)).toEqual([false, true, false, true, false, false]);
    expect(score.count).toBe(2);
  });

  it('never a special token that the text spells, nor a word across it', async () => {
    const spelling = { ...sentence, written: [0, 0, 1, 0, 0, 0], wordNumbers: [-1, 0, 0, 0, 0, -1] };
    for (const boundaryTokens of ['include', 'exclude'] as const)
      expect((await one({ kind: onePass, predict: flat, boundaryTokens }, spelling)).logProbabilities[2]).toBeNull();
    const hidden: number[][] = [];
    const predict = async (queries: readonly ScoringQuery<ScorableSentence>[]) => {
      for (const { ids } of queries)
        hidden.push(Array.from(ids).flatMap((id, place) => (id === maskId ? [place] : [])));
      return queries.map(() => [-1]);
    };
    const score = await one({ kind: maskWordsLeftToRight, predict, maskId }, spelling);
    expect(score.count).toBe(3);
    expect(hidden.sort()).toEqual([[1], [3, 4], [4]]);
  });

  it('boundary tokens only when asked; the first never from the left', async () => {
    const asked = { kind: onePass, predict: flat, boundaryTokens: 'include' } as const;
    expect((await one(asked)).count).toBe(6);
    const left = await one({ ...asked, kind: leftToRight });
    expect(left.logProbabilities[0]).toBeNull();
    expect(left.count).toBe(5);
  });

  it('a sentence without tokens scores 0 of 0 and asks nothing', async () => {
    for (const kind of [maskEachToken, maskWordsLeftToRight, onePass, leftToRight]) {
      const predict = async () => expect.unreachable();
      expect(await one({ kind, predict, maskId }, sentenceOf())).toMatchObject({ total: 0, count: 0 });
    }
  });
});

describe('batches', () => {
  it('hold rows of like length and no more tokens than allowed, and scores come in the order of sentences', async () => {
    const sentences = Array.from({ length: 40 }, (_, i) => sentenceOf(...Array<number>(1 + ((i * 7) % 13)).fill(3)));
    const batches: number[][] = [];
    const scores = await all(sentences, {
      kind: maskEachToken,
      maskId,
      batchTokens: 60,
      predict: (queries) => {
        batches.push(queries.map(({ ids }) => ids.length));
        return flat(queries);
      },
    });
    expect(scores.map((score) => score.sentence)).toEqual(sentences);
    for (const [i, score] of scores.entries()) expect(score.count).toBe((sentences[i]?.ids.length ?? 0) - 2);
    let [tokens, padded] = [0, 0];
    for (const lengths of batches) {
      expect(lengths.length === 1 || lengths.length * Math.max(...lengths) <= 60).toBe(true);
      tokens += lengths.reduce((a, b) => a + b, 0);
      padded += lengths.length * Math.max(...lengths);
    }
    expect(tokens / padded).toBeGreaterThan(0.97);
  });

  it('hold no more rows than allowed, whatever the tokens', async () => {
    const rows: number[] = [];
    await all([sentence, sentence, sentence], {
      kind: maskEachToken,
      maskId,
      batchRows: 5,
      batchTokens: Number.POSITIVE_INFINITY,
      predict: (queries) => (rows.push(queries.length), flat(queries)),
    });
    expect(rows).toEqual([5, 5, 2]);
  });

  it('10,000 sentences stream: never more than the buffer is read ahead, and what is given is let go', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    let [read, given, ahead, total, alive] = [0, 0, 0, 0, -1];
    const made: WeakRef<ScorableSentence>[] = [];
    async function* source() {
      for (let i = 0; i < 10_000; i++) {
        read++;
        ahead = Math.max(ahead, read - given);
        const next = sentenceOf(...Array<number>(1 + (i % 5)).fill(4));
        made.push(new WeakRef(next));
        yield next;
      }
    }
    for await (const { count } of scoreSentences(source(), { kind: onePass, predict: flat, buffer: 64 })) {
      given++;
      total += count;
      if (given !== 9000) continue;
      await new Promise((resolve) => setTimeout(resolve));
      collectGarbage();
      alive = made.filter((reference) => reference.deref() !== undefined).length;
    }
    expect(given).toBe(10_000);
    expect(total).toBe(30_000);
    expect(ahead).toBe(64);
    // Those of the buffer, the one before it, and what the engine has not let go yet; 9000 would be all.
    expect(alive).toBeGreaterThan(0);
    expect(alive).toBeLessThan(200);
  });
});

describe('errors', () => {
  it('name the sentence and what does not fit', async () => {
    const broken = { ...sentence, places: [1, 9, -1] };
    await expect(all([sentence, broken], { kind: onePass, predict: flat })).rejects.toThrow(
      'sentence 1 has 6 tokens; there is no place 9, -1',
    );
    await expect(one({ kind: maskEachToken, predict: flat })).rejects.toThrow('give maskId');
    await expect(one({ kind: onePass, predict: async () => [] })).rejects.toThrow('got 1 rows and answered 0');
    await expect(one({ kind: onePass, predict: async () => [[-1]] })).rejects.toThrow('answered 1 of 4 positions');
    const nan = async () => [[-1, Number.NaN, -1, -1]];
    await expect(one({ kind: onePass, predict: nan })).rejects.toThrow('token 2 of sentence 0 got NaN');
    const { wordNumbers: _, ...wordless } = sentence;
    await expect(one({ kind: maskWordsLeftToRight, predict: flat, maskId }, wordless)).rejects.toThrow('has no words');
    await expect(one({ kind: onePass, predict: flat }, { ids: [1], special: [] })).rejects.toThrow('1 ids and 0 marks');
  });
});
