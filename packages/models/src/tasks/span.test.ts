import { readFileSync } from 'node:fs';
import { floats } from '@cloze/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyMlm } from '../../test/tiny-mlm.ts';
import { lessonsFrom } from '../fine-tune/lessons-from.ts';
import { readExamples } from '../fine-tune/read-examples.ts';
import type { Model } from '../model/model.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import { openModel } from '../node/open-model.ts';
import { bestSpan } from './best-span.ts';
import type { Row } from './row.ts';
import { prepareSpan, spanMetrics } from './span.ts';
import { type SpanTask, span } from './task.ts';

interface Asked {
  readonly question: string;
  readonly context: string;
  readonly length: number;
  readonly stride: number;
}
interface WindowCase extends Asked {
  readonly answer: string;
  readonly start: number;
  readonly windows: readonly { readonly ids: readonly number[]; readonly place: readonly [number, number] }[];
}
interface AnswerCase extends Asked {
  readonly answerLength: number;
  readonly nullThreshold: number;
  /** Of each window start and end. */
  readonly logits: readonly (readonly [readonly number[], readonly number[]])[];
  readonly always: string;
  readonly unanswerable: string;
  readonly margin: number;
}
const cases = JSON.parse(readFileSync(new URL('../../fixtures/spans.json', import.meta.url), 'utf8')) as {
  readonly windows: readonly WindowCase[];
  readonly answers: readonly AnswerCase[];
};

let model: Model;
beforeAll(async () => {
  model = await openModel(tinyMlm);
});
afterAll(() => model.dispose());

const unplaced = { question: 'question', context: 'context', answer: 'answer' };
const columns = { ...unplaced, start: 'start' };
const tokenizers = new Map<number, ReturnType<typeof taskTokenizer>>();
async function read(row: Row, length: number, options: Partial<SpanTask> = columns) {
  const task = prepareSpan(span({ ...unplaced, ...options }), { model });
  const tokenizer = tokenizers.get(length) ?? taskTokenizer(model, length);
  tokenizers.set(length, tokenizer);
  const examples = await readExamples('rows', [row], task, tokenizer);
  return { task, examples };
}

describe('as transformers’', () => {
  it('windows, and columns of the answer in each: 240 cases', async () => {
    expect(cases.windows).toHaveLength(240);
    for (const { question, context, answer, start, length, stride, windows } of cases.windows) {
      const { task, examples } = await read({ question, context, answer, start }, length, { ...columns, stride });
      const said = JSON.stringify({ question, context, answer, length, stride });
      expect(
        examples[0]?.encodings.map(({ ids }) => [...ids]),
        said,
      ).toEqual(windows.map(({ ids }) => ids));
      const lessons = examples.flatMap((example) => task.lessonsOf?.(example) ?? []);
      const held = windows.some(({ place: [first] }) => first > 0);
      expect(
        lessons.map(({ target }) => target.columns),
        said,
      ).toEqual(held ? windows.map(({ place }) => place) : []);
    }
  });

  it('answers of windows’ logits, with a longest answer and a threshold for none: 240 cases', async () => {
    expect(cases.answers).toHaveLength(240);
    for (const { question, context, length, stride, logits, ...asked } of cases.answers) {
      for (const unanswerable of [false, true]) {
        const { answerLength, nullThreshold } = asked;
        const row = { question, context, answer: '' };
        const options = { stride, answerLength, nullThreshold };
        const { task, examples } = await read(row, length, { ...options, unanswerable: true });
        const { read: answered } = unanswerable ? task : prepareSpan(span({ ...columns, answerLength }), { model });
        const answers = logits.map(([start, end]) => ({
          logits: floats([2, start.length], Float32Array.from([...start, ...end])),
        }));
        const found = answered(answers, examples[0]!);
        const said = JSON.stringify({ question, context, length, stride, ...asked });
        expect(found.text, said).toBe(unanswerable ? asked.unanswerable : asked.always);
        expect(found.margin, said).toBeCloseTo(asked.margin, 4);
        expect(found.text === '' ? -1 : context.indexOf(found.text, found.start), said).toBe(found.start);
      }
    }
  });
});

it('the best span is that of all pairs', () => {
  const random = (i: number) => Math.sin(i * 12.9898) * 43758.5453;
  for (let n = 1; n < 60; n++) {
    const [starts, ends] = [0, 1].map((side) =>
      Array.from({ length: n }, (_, i) => Math.round(random(n * 97 + i * 2 + side) % 5)),
    );
    for (const longest of [1, 3, undefined]) {
      let best = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < n; i++)
        for (let j = i; j < Math.min(n, i + (longest ?? n)); j++)
          best = Math.max(best, (starts?.[i] as number) + (ends?.[j] as number));
      const found = bestSpan(starts as number[], ends as number[], { from: 0, to: n, longest });
      expect(found?.score).toBe(best);
      expect((starts?.[found?.first as number] as number) + (ends?.[found?.last as number] as number)).toBe(best);
    }
  }
  expect(bestSpan([1], [1], { from: 1, to: 1 })).toBeUndefined();
});

describe('rows', () => {
  const rows = [
    { question: '床', context: '床前明月光', answer: ['明月', '月'], start: [2, 3] },
    { question: '床', context: '床前明月光', answer: '地上', start: -1 },
    { question: '床', context: '床前明月光', answer: '月光', start: 1 },
  ];
  it('with answers that are not in the passage are counted and named, judged but not learnt from', async () => {
    const task = prepareSpan(span(columns), { model });
    const examples = await readExamples('train', rows, task, taskTokenizer(model, 16));
    const said: string[] = [];
    expect(lessonsFrom('train', examples, task, (line) => said.push(line)).map(({ row }) => row)).toEqual([1]);
    expect(said).toEqual([
      "train: 2 of 3 rows are not learnt from (row 2: '地上' does not stand in the context at -1; row 3: '月光' does not stand in the context at 1).",
    ]);
    expect(() => lessonsFrom('train', examples.slice(1), task)).toThrow('nothing can be learnt from any of 2 rows');
    const prediction = { text: '月' };
    const judged = examples.map(({ target }) => ({ prediction, target }));
    expect(spanMetrics.of('exactMatch', judged)).toBeCloseTo(1 / 3);
    expect(spanMetrics.of('f1', judged)).toBeCloseTo((1 + 0 + 2 / 3) / 3);
    expect(spanMetrics.of('f1', [{ prediction: { text: '' }, target: { texts: [''] } }])).toBe(1);
  });

  it('without an answer are refused unless questions may have none; so are places that do not fit', async () => {
    const none = { question: '床', context: '床前', answer: [], start: [] };
    await expect(read(none, 16)).rejects.toThrow('rows without one need the option unanswerable');
    const { task, examples } = await read(none, 16, { ...columns, unanswerable: true });
    expect(examples.flatMap((example) => task.lessonsOf?.(example) ?? []).map(({ target }) => target.columns)).toEqual([
      [0, 0],
    ]);
    await expect(read({ ...none, answer: ['床', '前'], start: [0] }, 16)).rejects.toThrow('has 1 places for 2 answers');
    await expect(read({ ...none, context: '床前床', answer: '床' }, 16, {})).rejects.toThrow(
      "'床' stands 2 times in the context",
    );
    expect(() => span({ ...columns, stride: -1 })).toThrow('stride');
  });

  it('a question takes at most half of a row, and what is cut of it is told', async () => {
    const { examples } = await read(
      { question: '床'.repeat(20), context: '月'.repeat(20), answer: '月', start: 3 },
      15,
    );
    expect(examples[0]).toMatchObject({ truncated: true });
    expect(examples[0]?.encodings[0]?.cut).toEqual([14, 0]);
    expect(examples[0]?.encodings.every(({ ids }) => ids.length <= 15)).toBe(true);
    await expect(read({ question: '床', context: '月'.repeat(9), answer: '月', start: 3 }, 4)).rejects.toThrow(
      'leave no room',
    );
  });
});
