import { describe, expect, it } from 'vitest';
import { clueTasks } from '../clue-tasks.ts';
import { afqmc } from './afqmc.ts';
import { cluewsc2020 } from './cluewsc2020.ts';
import { cmnli } from './cmnli.ts';
import { csl } from './csl.ts';
import { cslTitle } from './csl-title.ts';
import { csldcp } from './csldcp.ts';
import { iflytek } from './iflytek.ts';
import { ocnli } from './ocnli.ts';
import { tnews } from './tnews.ts';

const wsc = (text: string, target: object, label: unknown = 'true') =>
  cluewsc2020.read(JSON.stringify({ text, target, label, idx: 3 }), 'dev.json');

describe('label sets', () => {
  it('have the official sizes, no label twice', () => {
    const sizes = Object.fromEntries(clueTasks.map(({ name, labels }) => [name, new Set(labels).size]));
    expect(sizes).toEqual({
      afqmc: 2,
      tnews: 15,
      iflytek: 119,
      cmnli: 3,
      ocnli: 3,
      cluewsc2020: 2,
      csl: 2,
      eprstmt: 2,
      csldcp: 67,
      bustm: 2,
      'csl-title': 0,
      sentiment: 2,
    });
    for (const { labels } of clueTasks) expect(new Set(labels).size).toBe(labels.length);
    expect(tnews.labels.indexOf('106')).toBe(5);
    expect(iflytek.labels.at(-1)).toBe('118');
    expect([csldcp.labels[0], csldcp.labels[66]]).toEqual(['材料科学与工程', '植物保护']);
    expect(ocnli.labels).toEqual(['entailment', 'neutral', 'contradiction']);
  });

  it('each task has files of train and dev, the files’ names once, and a first metric', () => {
    for (const { name, files, metrics, submissions } of clueTasks) {
      expect(new Set(files.map((file) => file.name)).size, name).toBe(files.length);
      for (const split of ['train', 'dev'] as const)
        expect(files.find((file) => file.split === split)?.labelled, name).toBe(true);
      expect(metrics.length, name).toBeGreaterThan(0);
      for (const { test } of submissions) expect(files.find((file) => file.name === test)?.labelled, name).toBe(false);
    }
  });
});

describe('templates', () => {
  it('pairs keep their order; csl joins keywords with a full-width semicolon, before the abstract', () => {
    expect(afqmc.texts({ line: 1, sentence1: '甲', sentence2: '乙' })).toEqual(['甲', '乙']);
    expect(csl.texts({ line: 1, abstract: '摘要', keywords: ['一', '二', '三'] })).toEqual(['一；二；三', '摘要']);
    expect(cslTitle.target?.({ line: 1, source: '摘要', title: '题目' })).toBe('题目');
  });

  it('wsc marks noun and pronoun, whichever comes first', () => {
    const texts = (text: string, target: object) => wsc(text, target).rows.map((row) => cluewsc2020.texts(row));
    expect(texts('小明看见他了', { span1_text: '小明', span1_index: 0, span2_text: '他', span2_index: 4 })).toEqual([
      ['_小明_看见[他]了'],
    ]);
    expect(texts('他看见小明了', { span1_text: '小明', span1_index: 3, span2_text: '他', span2_index: 0 })).toEqual([
      ['[他]看见_小明_了'],
    ]);
    expect(texts('小明他', { span1_text: '小明', span1_index: 0, span2_text: '他', span2_index: 2 })).toEqual([
      ['_小明_[他]'],
    ]);
  });

  it('wsc counts code points, as the files do, and gives UTF-16 positions', () => {
    const { rows } = wsc('𠮷𠮷说小明他', { span1_text: '小明', span1_index: 3, span2_text: '他', span2_index: 5 });
    expect(rows[0]?.noun).toEqual({ text: '小明', start: 5, end: 7 });
    expect(rows.map((row) => cluewsc2020.texts(row))).toEqual([['𠮷𠮷说_小明_[他]']]);
  });

  it('wsc reports spans that are not where they are said to be, overlap, or are missing', () => {
    const reasons = (target: unknown) => wsc('小明看见他了', target as object).problems.map(({ reason }) => reason);
    expect(reasons({ span1_text: '小明', span1_index: 1, span2_text: '他', span2_index: 99 })).toEqual([
      'target.span1_text is "小明", the text has "明看" at 1; target.span2_text is "他", the text has "" at 99',
    ]);
    expect(reasons({ span1_text: '小明', span1_index: 0, span2_text: '明', span2_index: 1 })).toEqual([
      'the spans "小明" and "明" overlap',
    ]);
    expect(reasons(undefined)).toEqual(['target is nothing, expected an object']);
    expect(reasons({ span1_text: '', span1_index: -1, span2_text: '他' })).toEqual([
      'target.span1_text is blank; target.span1_index is -1, expected a whole number from 0 on; target.span2_index is nothing, expected a whole number from 0 on; target.span2_text is "他", the text has "小" at 0',
    ]);
    expect(wsc('他', {}, true).problems).toHaveLength(1);
    expect(
      wsc('小明他', { span1_text: '小明', span1_index: 0, span2_text: '他', span2_index: 2 }, false).rows[0]?.label,
    ).toBe('false');
  });
});

it('CMNLI names missing and blank sentences and labels that there are not; - is left out', () => {
  const lines = [
    { sentence1: '甲', label: 'neutral' },
    { sentence1: '甲', sentence2: '乙', label: 'maybe' },
    { sentence1: '甲', sentence2: '乙' },
    { sentence1: '甲', sentence2: '乙', label: '-' },
    { sentence1: 3, sentence2: '', label: 'neutral' },
  ];
  const read = cmnli.read(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'train.json');
  expect(read.problems.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
    '1: sentence2 is nothing, expected a text',
    '2: label is "maybe", expected one of the 3 labels entailment, neutral, contradiction',
    '3: label is missing, expected one of entailment, neutral, contradiction',
    '5: sentence1 is 3, expected a text; sentence2 is blank',
  ]);
  expect(read.dropped).toMatchObject([{ line: 4 }]);
});
