import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamFrom } from '@cloze/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel, textsOf } from '../../test/small-model.ts';
import { compare } from '../compare/compare.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Model } from '../model/model.ts';
import { compareRuns } from '../node/compare-runs.ts';
import { fineTune } from '../node/fine-tune.ts';
import { openModel } from '../node/open-model.ts';
import type { Row } from '../tasks/row.ts';
import {
  choice,
  classification,
  generation,
  multiLabel,
  regression,
  sentenceVectors,
  span,
  type Task,
  tokens,
} from '../tasks/task.ts';
import { prepareTask } from '../tasks/task-kinds.ts';

let model: Model;
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-fine-tune-'));
  model = await openModel(await smallModel());
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true });
});

/** Nothing compiled by XLA: its compile time is most of what so small a training takes. */
const place = { placement: { fuse: false } };
const random = streamFrom(9);
const good = (text: string, yes: boolean) => `${text.slice(0, 3)}${yes ? '好' : '坏'}${text.slice(3)}`;
const reviews = textsOf(240).map((text, i) => ({
  review: good(text, i % 2 === 0),
  stars: i % 2 === 0 ? 'good' : 'bad',
}));
const short = { epochs: 6, batchSize: 16, learningRate: 3e-3, removeDuplicates: false } as const;
const reviewTask = classification({ text: 'review', label: 'stars' });
const train = reviews.slice(0, 200);
const dev = reviews.slice(200);

describe('classification', () => {
  it('learns what a character says, tells figures with intervals, and leaves the model it was given as it was', async () => {
    const before = await model.hash();
    const run = await fineTune(model, { task: reviewTask, train, dev, ...short, seeds: 2 }, place);
    expect(run.dev.accuracy.value).toBeGreaterThan(0.95);
    expect(run.dev.accuracy).toMatchObject({ n: 40, seeds: 2, seedsCovered: false });
    expect(run.dev.accuracy.low).toBeLessThanOrEqual(run.dev.accuracy.value);
    expect(run.model.labels).toEqual(['bad', 'good']);
    const [prediction] = await run.model.predict([good('床前明月', true)]);
    expect(prediction?.label).toBe('good');
    expect(Object.values(prediction?.probabilities ?? {}).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    expect(await model.hash()).toBe(before);
    run.model.dispose();
  });

  it('a saved model is opened with its labels and predicts the same', async () => {
    const run = await fineTune(model, { task: reviewTask, train, dev, ...short, epochs: 2 }, place);
    const saved = join(folder, 'saved');
    await run.model.save(saved);
    expect(readFileSync(join(saved, 'README.md'), 'utf8')).toMatch(/\| accuracy \| .* \| 40 \| 1 \|/);
    const opened = await openModel(saved);
    const texts = dev.map(({ review }) => review);
    expect(await opened.predict(texts)).toEqual(await run.model.predict(texts));
    const table = { source: 'dev', columns: ['review', 'stars'], rows: dev };
    const { accuracy } = await evaluate(opened, reviewTask, table);
    expect(accuracy).toEqual((await run.model.evaluate(table)).accuracy);
    expect(accuracy.value).toBe(run.dev.accuracy.value);
    await expect(evaluate(opened, classification({ text: 'reviw', label: 'star' }), table)).rejects.toThrow(
      "dev: column 'reviw': is not there; there are review, stars; column 'star': is not there",
    );
    await expect(evaluate(opened, tokens({ words: 'review', tags: 'stars' }), table)).rejects.toThrow(
      'tokens needs a head for tokens',
    );
    await expect(evaluate(model, reviewTask, table)).rejects.toThrow('has no head that predicts; fine-tune it first');
    opened.dispose();
    run.model.dispose();
  });

  it('stopped and called again it ends bit-equal to one that was not; another setting is refused by its name', async () => {
    const whole = await fineTune(
      model,
      { task: reviewTask, train, dev, ...short, output: join(folder, 'whole') },
      place,
    );
    const controller = new AbortController();
    const settings = { task: reviewTask, train, dev, ...short, output: join(folder, 'stopped') };
    const stopping = { onStepEnd: ({ step }: { step: number }) => step === 20 && controller.abort() };
    await expect(
      fineTune(model, settings, { ...place, callbacks: [stopping], signal: controller.signal }),
    ).rejects.toThrow('stopped in seed-1 after step 20');
    await expect(fineTune(model, { ...settings, learningRate: 1e-3 }, place)).rejects.toThrow(
      /learningRate is 0.001, was 0.003/,
    );
    const resumed = await fineTune(model, settings, place);
    expect(await resumed.model.hash()).toBe(await whole.model.hash());
    expect(resumed.trainings[0]?.judged).toEqual(whole.trainings[0]?.judged);
    for (const run of [whole, resumed]) run.model.dispose();
  });

  it('keeps the best weights of all processes of a run that stops early, and wants dev rows to judge by', async () => {
    const judged = { task: reviewTask, train, dev, ...short, evalSteps: 5, earlyStoppingPatience: 100 };
    const whole = await fineTune(model, judged, place);
    const best = whole.trainings[0]?.outcome.best?.step as number;
    const settings = { ...judged, output: join(folder, 'early') };
    const controller = new AbortController();
    // After the best: what resumes has not seen it.
    const stopping = { onStepEnd: ({ step }: { step: number }) => step === best + 12 && controller.abort() };
    await expect(
      fineTune(model, settings, { ...place, callbacks: [stopping], signal: controller.signal }),
    ).rejects.toThrow('stopped in seed-1');
    const resumed = await fineTune(model, settings, place);
    expect(resumed.trainings[0]?.outcome.best).toEqual(whole.trainings[0]?.outcome.best);
    expect(await resumed.model.hash()).toBe(await whole.model.hash());
    for (const run of [whole, resumed]) run.model.dispose();
    const { dev: _, ...unjudged } = judged;
    await expect(fineTune(model, { ...unjudged, devShare: 0 }, place)).rejects.toThrow(
      'earlyStoppingPatience needs dev rows',
    );
  });

  it('microbatches give what the whole batch gives', async () => {
    const settings = { task: reviewTask, train, dev, ...short, epochs: 1, dropout: 0 };
    const whole = await fineTune(model, settings, place);
    const parts = await fineTune(model, { ...settings, gradientAccumulationSteps: 4 }, place);
    const of = (run: typeof whole) => run.trainings[0]?.judged.map(({ prediction }) => prediction.probabilities.good);
    expect(of(parts)).toEqual(of(whole)?.map((p) => expect.closeTo(p as number, 4)));
    const dropped = await fineTune(model, { ...settings, dropout: 0.5 }, place);
    expect(of(dropped)).not.toEqual(of(whole));
    for (const run of [whole, parts, dropped]) run.model.dispose();
  });

  it('frozen parts and LoRA leave the weights they should', async () => {
    const settings = { task: reviewTask, train, dev, ...short, epochs: 1 };
    const frozen = await fineTune(model, { ...settings, freeze: ['embeddings', 'layers/0'] }, place);
    expect(frozen.model.parameters.embeddings).toEqual(model.parameters.embeddings);
    expect(frozen.model.parameters.layers[0]).toEqual(model.parameters.layers[0]);
    expect(frozen.model.parameters.layers[1]).not.toEqual(model.parameters.layers[1]);
    const lora = await fineTune(model, { ...settings, lora: { rank: 2 } }, place);
    const [ours, theirs] = [lora.model.parameters.layers[0], model.parameters.layers[0]];
    expect(ours?.attention.query?.kernel).not.toEqual(theirs?.attention.query?.kernel);
    expect(ours?.attention.key).toEqual(theirs?.attention.key);
    expect(lora.model.parameters.embeddings).toEqual(model.parameters.embeddings);
    for (const run of [frozen, lora]) run.model.dispose();
  });

  it('rows that lose tokens are another training of the same model; tasks that need every token refuse it', async () => {
    const settings = { task: reviewTask, train, dev, ...short, epochs: 1 };
    const [plain, dropped] = [
      await fineTune(model, settings, place),
      await fineTune(model, { ...settings, dropTokens: 0.5 }, place),
    ];
    const tokensOf = (run: typeof plain) => run.trainings[0]?.outcome.tokens as number;
    // Half of the tokens, rounded down in each row, but for [CLS] and [SEP].
    const expected = train.reduce((sum, { review }) => sum + 2 + Math.ceil(review.length / 2), 0);
    expect(tokensOf(dropped) / tokensOf(plain)).toBeCloseTo(
      expected / train.reduce((sum, { review }) => sum + 2 + review.length, 0),
      2,
    );
    expect(await dropped.model.hash()).not.toBe(await plain.model.hash());
    for (const run of [plain, dropped]) run.model.dispose();
    const task = generation({ source: 'review', target: 'stars' });
    await expect(fineTune(model, { task, train, dropTokens: 0.1 }, place)).rejects.toThrow(
      'dropTokens is for tasks with one answer a row; generation needs every token',
    );
  });

  it('search chooses on a part of train and never sees dev', async () => {
    const said: string[] = [];
    const run = await fineTune(
      model,
      { task: reviewTask, train, dev, ...short, epochs: 8, search: { learningRate: [1e-7, 3e-3] } },
      { ...place, say: (line) => said.push(line) },
    );
    expect(run.settings.learningRate).toBe(3e-3);
    expect(said.filter((line) => line.startsWith('search:'))).toHaveLength(2);
    expect(said.join()).toContain('on 20 rows of train');
    expect(said[0]).toBe('train: 200 rows, 2 labels.');
    expect(said[1]).toMatch(/^\S+ \S+ · 8 thousand parameters · about 1 MiB · 96 steps$/);
    run.model.dispose();
  });

  it('a regulariser by data or by function is part of the identity', async () => {
    const settings = { task: reviewTask, train, dev, ...short, epochs: 1 };
    const folderOf = (name: string) => join(folder, name);
    const regularised = { ...settings, regulariser: { name: 'r-drop', alpha: 1 }, output: folderOf('r-drop') } as const;
    const runs = [
      await fineTune(model, { ...settings, output: folderOf('plain') }, place),
      await fineTune(model, regularised, place),
      await fineTune(model, { ...settings, regulariser: { name: 'fgm' } }, place),
    ] as const;
    expect(new Set(await Promise.all(runs.map((run) => run.model.hash()))).size).toBe(3);
    const found = compare(runs[0], runs[1]);
    expect(found.figure).toBe('accuracy');
    expect(found.caveats.join()).toContain('With 1 seed');
    expect(await compareRuns(folderOf('plain'), folderOf('r-drop'))).toEqual(found);
    await expect(compareRuns(folderOf('plain'), folder)).rejects.toThrow('holds no record.json');
    const other = { ...settings, dev: dev.slice(1), output: folderOf('other dev') };
    (await fineTune(model, other, place)).model.dispose();
    await expect(compareRuns(folderOf('plain'), folderOf('other dev'))).rejects.toThrow('their dev rows differ');
    for (const run of runs) run.model.dispose();
    await expect(fineTune(model, { ...settings, regulariser: { name: 'r-drpo' as 'r-drop' } }, place)).rejects.toThrow(
      'r-drop',
    );
  });
});

describe('what cannot be learnt from', () => {
  const attempt = (rows: readonly Row[], task: Task = reviewTask, more: object = {}) =>
    fineTune(model, { task, train: rows, dev, ...short, ...more }, place);
  it('is said at once, with rows and columns', async () => {
    await expect(attempt([...train, { review: '', stars: 'good' }, { stars: 'bad' }])).rejects.toThrow(
      "train: row 201, column 'review': is empty; row 202, column 'review': is missing.",
    );
    await expect(attempt(train.filter(({ stars }) => stars === 'good'))).rejects.toThrow(
      "one class only ('good'); there is nothing to tell apart",
    );
    await expect(attempt([])).rejects.toThrow('no class');
    await expect(attempt(dev, reviewTask, { removeDuplicates: true })).rejects.toThrow(
      'train: every row stands in dev too, and none is left to learn from',
    );
    await expect(
      fineTune(model, { task: reviewTask, train, dev: [{ review: '明月', stars: 'great' }], ...short }, place),
    ).rejects.toThrow("dev: row 1, column 'stars': 'great' is none of the classes of train (bad, good).");
    await expect(
      fineTune(model, { task: regression({ text: 'review', value: 'stars' }), train, dev, ...short }, place),
    ).rejects.toThrow('"good", expected a finite number');
  });
  it('batches whose classes all count nothing teach nothing, and end nothing', async () => {
    const weighed = classification({ text: 'review', label: 'stars', classWeights: { good: 0, bad: 1 } });
    const run = await attempt(train.slice(0, 8), weighed, { epochs: 1, batchSize: 1 });
    expect(run.dev.accuracy.value).toBeGreaterThanOrEqual(0);
    run.model.dispose();
  });
  it('labels that look alike are named, and a choice that may be two candidates', async () => {
    const odd = [...train, { review: '明月', stars: 'good ' }];
    await expect(attempt(odd)).rejects.toThrow(
      `train: row 201, column 'stars': "good " looks like "good" of row 1 and would be another class`,
    );
    await expect(
      attempt(
        odd.map(({ review, stars }) => ({ review, stars: [stars] })),
        multiLabel({ text: 'review', labels: 'stars' }),
      ),
    ).rejects.toThrow('"good " looks like "good" of row 1');
    const row = { review: '明月', a: '1', b: '0', right: '1' };
    const task = choice({ text: 'review', choices: ['a', 'b'], label: 'right' });
    const asked = (right: string | number, b = '0') =>
      fineTune(model, { task, train: [{ ...row, b, right }], dev: [row], ...short }, place);
    await expect(asked(1)).rejects.toThrow(
      "column 'right': '1' may be candidate 0 or 1 (a text, or a number from 0); name a column (a, b)",
    );
    await expect(asked('月', '月')).rejects.toThrow("dev: row 1, column 'right': '1' may be candidate 0 or 1");
  });
  it('settings are judged all at once, unknown ones by name', async () => {
    await expect(attempt(train, reviewTask, { batchSize: 0, learningRate: -1, epochz: 2 })).rejects.toThrow(
      /'epochz' is no setting.*batchSize must be a whole number of at least 1, got 0; learningRate must be above 0, got -1/s,
    );
  });
  it('rows that stand twice, and dev rows in train, are counted and left out', async () => {
    const said: string[] = [];
    const run = await fineTune(
      model,
      {
        task: reviewTask,
        train: [...train, train[0] as Row, dev[0] as Row],
        dev,
        ...short,
        epochs: 1,
        removeDuplicates: true,
      },
      { ...place, say: (line) => said.push(line) },
    );
    expect(said.join('\n')).toMatch(/1 row that (stand|stands) twice/);
    expect(said.join('\n')).toMatch(/1 row that (are|is) dev row/);
    run.model.dispose();
  });
});

describe('the other kinds', () => {
  const settings = { ...short, epochs: 8, devShare: 0.2 };
  it('several classes a row', async () => {
    const rows = textsOf(240, 6).map((text, i) => ({
      text: `${i % 2 ? '好' : ''}${text}${i % 3 ? '' : '坏'}`,
      labels: [i % 2 ? 'good' : '', i % 3 ? '' : 'bad'].filter(Boolean).join(','),
    }));
    // A vector of 16 features follows the first class alone.
    const wide = await openModel(await smallModel('bert', { width: 64, heads: 4 }));
    const task = multiLabel({ text: 'text', labels: 'labels' });
    const run = await fineTune(
      wide,
      { task, train: rows, ...settings, epochs: 30, dropout: 0, learningRate: 1e-3 },
      place,
    );
    expect(run.dev.microF1.value).toBeGreaterThan(0.9);
    expect((await run.model.predict(['好明月坏']))[0]?.labels).toEqual(['bad', 'good']);
    for (const open of [run.model, wide]) open.dispose();
  });
  it('a number a row', async () => {
    const rows = textsOf(240, 7).map((text, i) => ({ text: `${'好'.repeat(i % 4)}${text}`, value: i % 4 }));
    const run = await fineTune(
      model,
      { task: regression({ text: 'text', value: 'value' }), train: rows, ...settings, epochs: 16, dropout: 0 },
      place,
    );
    expect(run.dev.pearson.value).toBeGreaterThan(0.8);
    run.model.dispose();
  });
  it('a tag a word', async () => {
    const rows = textsOf(200, 8).map((text) => {
      const words = [...text];
      return { words, tags: words.map((word) => (word === '月' || word === '光' ? 'B-LIGHT' : 'O')) };
    });
    const run = await fineTune(
      model,
      { task: tokens({ words: 'words', tags: 'tags' }), train: rows, ...settings },
      place,
    );
    expect(run.dev.taggedF1.value).toBeGreaterThan(0.9);
    const [tagged] = await run.model.predict([['明', '月', '光']]);
    expect(tagged?.tags).toEqual(['O', 'B-LIGHT', 'B-LIGHT']);
    run.model.dispose();
  });
  it('a row of tags by a random field, with R-Drop, at the first pieces', async () => {
    const rows = textsOf(200, 15).map((text, i) => {
      const words = [...text.slice(0, 3), ...(i % 2 ? '好天' : '坏天'), ...text.slice(3, 5)];
      return { words, tags: words.map((_, at) => (i % 2 === 0 ? 'O' : at === 3 ? 'B-X' : at === 4 ? 'I-X' : 'O')) };
    });
    const task = tokens({ words: 'words', tags: 'tags', crf: true });
    const run = await fineTune(
      model,
      { task, train: rows, ...settings, epochs: 16, dropout: 0.05, regulariser: { name: 'r-drop', alpha: 0.5 } },
      place,
    );
    expect(run.dev.entityF1.value).toBeGreaterThan(0.9);
    const saved = join(folder, 'random field');
    await run.model.save(saved);
    const opened = await openModel(saved);
    const words = rows.map((row) => row.words);
    expect(await opened.predict(words)).toEqual(await run.model.predict(words));
    for (const open of [opened, run.model]) open.dispose();
    expect(() =>
      prepareTask(tokens({ words: 'words', tags: 'tags', crf: true, pieces: 'all' }), { model, rows }),
    ).toThrow("pieces must be 'first' with crf");
  });
  it('a span of a context', async () => {
    const rows = textsOf(240, 9).map((text, i) => {
      const answer = i % 2 ? '好' : '坏';
      const at = 1 + Math.floor(random.next() * 4);
      return { question: i % 2 ? '天' : '气', context: `${text.slice(0, at)}${answer}${text.slice(at)}`, answer };
    });
    const task = span({ question: 'question', context: 'context', answer: 'answer' });
    const run = await fineTune(model, { task, train: rows, ...settings, epochs: 16 }, place);
    expect(run.dev.exactMatch.value).toBeGreaterThan(0.8);
    const [found] = await run.model.predict([{ question: '天', context: '床前好明月' }]);
    expect(found).toMatchObject({ text: '好', start: 2 });
    run.model.dispose();
  });
  it('a span of a context that is longer than the model reads, and questions without an answer', async () => {
    const texts = textsOf(900, 13);
    const rows = Array.from({ length: 150 }, (_, i) => {
      const context = texts.slice(6 * i, 6 * i + 6).join('');
      const at = 1 + Math.floor(random.next() * (context.length - 2));
      const answer = i % 3 === 0 ? '' : i % 2 ? '好' : '坏';
      return {
        ...{ question: i % 2 ? '天' : '气', answer },
        context: `${context.slice(0, at)}${answer}${context.slice(at)}`,
      };
    });
    const task = span({ question: 'question', context: 'context', answer: 'answer', unanswerable: true, stride: 4 });
    const run = await fineTune(model, { task, train: rows, ...settings, epochs: 10 }, place);
    expect(run.dev.exactMatch.value).toBeGreaterThan(0.8);
    const long = '床前'.repeat(20);
    const found = await run.model.predict([
      { question: '天', context: `${long}好${long}` },
      { question: '天', context: long },
    ]);
    expect(found).toMatchObject([
      { text: '好', start: 40 },
      { text: '', start: -1 },
    ]);
    run.model.dispose();
  });
  it('one of several candidates, of which rows have different numbers', async () => {
    const rows = textsOf(240, 14).map((text, i) => ({
      text,
      choices: ['坏', '好', '很', '天'].slice(i % 2, 2 + (i % 2) + (i % 3)),
      label: '好',
    }));
    const task = choice({ text: 'text', choices: 'choices', label: 'label' });
    const run = await fineTune(model, { task, train: rows, ...settings }, place);
    expect(run.dev.accuracy.value).toBe(1);
    const [three, two] = await run.model.predict([
      { text: '明月', choices: ['坏', '很', '好'] },
      { text: '明月', choices: ['好', '坏'] },
    ]);
    expect(three).toMatchObject({ index: 2, text: '好', probabilities: { length: 3 } });
    expect(two).toMatchObject({ index: 0, probabilities: { length: 2 } });
    const empty = { ...rows[0], choices: ['好'] };
    await expect(fineTune(model, { task, train: [...rows, empty], ...settings }, place)).rejects.toThrow(
      "column 'choices': has 1 candidates, expected at least two",
    );
    run.model.dispose();
  });
  it('one of several candidates', async () => {
    const rows = textsOf(240, 10).map((text, i) => ({
      text,
      a: i % 2 ? '好' : '坏',
      b: i % 2 ? '坏' : '好',
      label: i % 2 ? 'a' : 'b',
    }));
    const task = choice({ text: 'text', choices: ['a', 'b'], label: 'label' });
    const run = await fineTune(model, { task, train: rows, ...settings }, place);
    expect(run.dev.accuracy.value).toBeGreaterThan(0.9);
    expect((await run.model.predict([{ text: '明月', choices: ['坏', '好'] }]))[0]).toMatchObject({
      index: 1,
      text: '好',
    });
    run.model.dispose();
  });
  it('vectors of sentences', async () => {
    const texts = textsOf(120, 11);
    const run = await fineTune(
      model,
      {
        task: sentenceVectors({ text: 'text' }),
        train: texts.map((text) => ({ text })),
        ...short,
        epochs: 2,
        devShare: 0,
      },
      place,
    );
    const [vector] = await run.model.predict(['床前明月光']);
    expect(vector?.vector).toHaveLength(16);
    run.model.dispose();
  });
  it('a text written from another', async () => {
    const rows = textsOf(160, 12).map((text) => ({ source: text, target: text.slice(0, 1) }));
    const task = generation({ source: 'source', target: 'target', targetLength: 4 });
    const [learnt, judged] = [rows.slice(0, 144), rows.slice(144)];
    const long = { ...settings, epochs: 40, learningRate: 6e-3 };
    const run = await fineTune(model, { task, train: learnt, dev: judged, ...long }, place);
    expect(run.dev.exactMatch.value).toBeGreaterThan(0.3);
    // Dev rows have their target behind the source: what is written must not come from it.
    const written = await run.model.predict(judged.map(({ source }) => source));
    expect(run.trainings[0]?.judged.map(({ prediction }) => prediction)).toEqual(written);
    run.model.dispose();
  });
});
