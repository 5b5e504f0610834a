import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clueTasks } from '../clue-tasks.ts';
import { cmnli } from '../tasks/cmnli.ts';
import { csl } from '../tasks/csl.ts';
import { cslTitle } from '../tasks/csl-title.ts';
import { iflytek } from '../tasks/iflytek.ts';
import { ocnli } from '../tasks/ocnli.ts';
import { sentiment } from '../tasks/sentiment.ts';
import { tnews } from '../tasks/tnews.ts';

const lines = (...objects: unknown[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join('');

describe('reading lines', () => {
  it('splits at \\n alone: U+2028, U+2029, U+0085 and a vertical tab stay in their text', () => {
    const sentence = '一\u2028二\u2029三\u0085四\u000b五';
    // JSON.stringify leaves U+2028 as it is, as the official files do.
    const { rows, lines: count } = iflytek.read(lines({ label: 0, sentence }, { label: '118', sentence: '六' }), 'x');
    expect(count).toBe(2);
    expect(rows.map((row) => row.sentence)).toEqual([sentence, '六']);
  });

  it('takes a byte-order mark, carriage returns and a missing last line end; empty lines are problems', () => {
    const { rows, problems, lines: count } = sentiment.read('\uFEFF好\t1\r\n\n坏\t0', 'x.data');
    expect(rows.map(({ text, label, line }) => [text, label, line])).toEqual([
      ['好', '1', 1],
      ['坏', '0', 3],
    ]);
    expect(problems).toEqual([{ file: 'x.data', line: 2, reason: 'the line is empty' }]);
    expect(count).toBe(3);
    expect(sentiment.read('', 'x')).toEqual({ file: 'x', lines: 0, rows: [], problems: [], dropped: [] });
  });

  it('labels may be numbers or strings, have gaps, and are strings afterwards; id or idx is kept as it is', () => {
    const { rows, problems } = tnews.read(
      lines(
        { label: 104, sentence: '一', id: 7, label_desc: 'news_finance' },
        { label: '106', sentence: '二', idx: '8' },
        { label: 105, sentence: '三' },
        { label: '0104', sentence: '四' },
        { label: 104.5, sentence: '五' },
      ),
      'train.json',
    );
    expect(rows).toEqual([
      { line: 1, id: 7, label: '104', sentence: '一', description: 'news_finance' },
      { line: 2, id: '8', label: '106', sentence: '二' },
    ]);
    expect(problems.map(({ line }) => line)).toEqual([3, 4, 5]);
    expect(problems[0]?.reason).toBe(
      'label is 105, expected one of the 15 labels 100, 101, 102, 103, 104, 106, 107, 108, 109, 110, 112, 113, 114, 115, 116',
    );
  });

  it('drops and counts rows labelled "-", but keeps them where no label is wanted', () => {
    const text = lines(
      { sentence1: '甲', sentence2: '乙', label: '-' },
      { sentence1: '甲', sentence2: '丙', label: 'neutral' },
    );
    for (const task of [ocnli, cmnli]) {
      const { rows, dropped, problems } = task.read(text, 'train.json');
      expect(rows.map(({ line }) => line)).toEqual([2]);
      expect(dropped).toEqual([{ file: 'train.json', line: 1, reason: 'label "-": the annotators did not agree' }]);
      expect(problems).toEqual([]);
      const test = task.read(text, 'test.json', { labelled: false });
      expect(test.rows.map(({ label }) => label)).toEqual([undefined, 'neutral']);
    }
    expect(tnews.read(lines({ label: '-', sentence: '一' }), 'x').problems).toHaveLength(1);
  });

  it('a test file keeps every row, whatever stands for its label', () => {
    const labels = [-1, '-1', '', 'none', 1e9, {}, [], 104, null];
    const text = lines(...labels.map((label) => ({ label, sentence: '一' })));
    const { rows, problems } = tnews.read(text, 'test.json', { labelled: false });
    expect(rows.map(({ label }) => label)).toEqual(labels.map((label) => (label === 104 ? '104' : undefined)));
    expect(problems).toEqual([]);
    expect(tnews.read(text, 'dev.json').problems).toHaveLength(8);
    const test = sentiment.read('好\t-1\n坏\t?\n', 'x', { labelled: false });
    expect(test.rows.map(({ text: own, label }) => [own, label])).toEqual([
      ['好', undefined],
      ['坏', undefined],
    ]);
  });

  it('reports every bad line with all its reasons at once', () => {
    const text = [
      '{"sentence1": "甲", "sentence2": "乙", "label": "0"',
      '[1]',
      'null',
      '{"sentence1": "", "sentence2": 3, "label": "maybe", "id": 1.5}',
      '{"sentence1": " \\u2028 ", "sentence2": "\\ud800", "label": "neutral"}',
      '{"sentence1": "甲", "sentence2": "乙"}',
      '{"sentence1": "甲", "sentence2": "乙", "label": null}',
      '{"__proto__": {"sentence1": "甲"}, "sentence2": "乙", "label": "neutral"}',
      '{"sentence1": "甲", "sentence2": "乙", "label": "neutral"}',
    ].join('\n');
    const { rows, problems } = ocnli.read(text, 'dev.json');
    expect(rows).toHaveLength(1);
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((line) => `dev.json:${line}`),
    );
    const reasons = problems.map(({ reason }) => reason);
    expect(reasons[0]).toContain('the line is no JSON');
    expect(reasons[1]).toBe('the line is [1], expected an object');
    expect(reasons[3]).toBe(
      'sentence1 is blank; sentence2 is 3, expected a text; id is 1.5, expected a whole number or a text; label is "maybe", expected one of the 3 labels entailment, neutral, contradiction',
    );
    expect(reasons[4]).toBe('sentence1 is blank; sentence2 holds half a surrogate pair at position 0');
    expect(reasons[5]).toBe('label is missing, expected one of entailment, neutral, contradiction');
    expect(reasons[7]).toBe('sentence1 is nothing, expected a text');
  });

  it('csl wants a list of keywords; csl-title three fields; sentiment two', () => {
    expect(
      csl.read(lines({ abst: '摘', keyword: [], label: 1 }, { abst: '摘', keyword: ['一', ''], label: 1 }), 'x')
        .problems,
    ).toEqual([
      { file: 'x', line: 1, reason: 'keyword is [], expected a list of texts' },
      { file: 'x', line: 2, reason: 'keyword[1] is blank' },
    ]);
    const titles = cslTitle.read('to title\t摘\t题\nto title\t摘\nto title\t\t题\n', 'train.tsv');
    expect(titles.rows).toEqual([{ line: 1, source: '摘', title: '题' }]);
    expect(titles.problems.map(({ reason }) => reason)).toEqual([
      '2 fields between tabs, expected 3 (prefix, abstract, title)',
      'abstract is blank',
    ]);
    expect(cslTitle.read('to title\t摘\n', 'test.tsv', { labelled: false }).rows).toEqual([{ line: 1, source: '摘' }]);
    expect(cslTitle.read(lines({ id: 3, abst: '摘', title: '题' }), 'csl_title_dev.json').rows).toEqual([
      { line: 1, id: 3, source: '摘', title: '题' },
    ]);
    expect(cslTitle.read(lines({ id: 3, abst: '摘' }), 'csl_title_dev.json').problems).toHaveLength(1);
    expect(sentiment.read('好\t好\t1\n好\n \t2\n', 'x').problems.map(({ reason }) => reason)).toEqual([
      '3 fields between tabs, expected 2 (text, label)',
      '1 fields between tabs, expected 2 (text, label)',
      'text is blank; label is "2", expected one of the 2 labels 0, 1',
    ]);
    expect(sentiment.read('好\n坏\t0\n', 'x', { labelled: false }).rows).toEqual([
      { line: 1, text: '好' },
      { line: 2, label: '0', text: '坏' },
    ]);
  });
});

describe('no line is lost', () => {
  const rows: Readonly<Record<string, (label: unknown, text: string) => string>> = Object.fromEntries(
    clueTasks.map(({ name, labels }) => [
      name,
      (label: unknown, text: string) =>
        name === 'sentiment'
          ? `${text}\t${label}`
          : name === 'csl-title'
            ? `to title\t${text}\t${text}`
            : JSON.stringify({
                label: label ?? labels[0],
                id: 1,
                sentence: text,
                sentence1: text,
                sentence2: text,
                content: text,
                abst: text,
                keyword: [text],
                text,
                target: { span1_text: text[0], span1_index: 0, span2_text: text.at(-1), span2_index: text.length - 1 },
              }),
    ]),
  );
  for (const task of clueTasks) {
    it(`${task.name}: rows + problems + dropped = lines, each line once, in order`, () => {
      const line = fc.oneof(
        fc
          .tuple(fc.oneof(fc.constantFrom(...task.labels, '-'), fc.integer()), fc.string({ minLength: 1 }))
          .map(([label, text]) => (rows[task.name] as (typeof rows)[string])(label, text)),
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.constantFrom('', ' ', '\t', '\t\t', '\r', '\u2028', '{}', '{"label":"-"}', '\uFEFF'),
      );
      let [good, bad] = [0, 0];
      fc.assert(
        fc.property(fc.array(line), fc.boolean(), fc.boolean(), (some, labelled, end) => {
          const text = some.join('\n') + (end ? '\n' : '');
          const read = task.read(text, 'f', { labelled });
          // An oracle for the number of lines: line ends, and one more unless the text ends with one.
          const body = text.replace(/^\uFEFF/, '');
          const expected = (body.match(/\n/g) ?? []).length + (body === '' || body.endsWith('\n') ? 0 : 1);
          expect(read.lines).toBe(expected);
          const numbers = [...read.rows, ...read.problems, ...read.dropped].map((found) => found.line);
          expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: expected }, (_, i) => i + 1));
          for (const row of read.rows) {
            expect(task.texts(row).every((part) => part.trim() !== '')).toBe(true);
            if (labelled && task.kind !== 'generation') expect(task.labels).toContain(row.label);
          }
          good += read.rows.length;
          bad += read.problems.length;
        }),
        { numRuns: 300, seed: 8 },
      );
      // The property says nothing if one kind never came up.
      expect(good).toBeGreaterThan(50);
      expect(bad).toBeGreaterThan(50);
    });
  }
});
