import { describe, expect, it } from 'vitest';
import { clueTasks } from '../clue-tasks.ts';
import { c3 } from '../tasks/c3.ts';
import { chid } from '../tasks/chid.ts';
import { cluener } from '../tasks/cluener.ts';
import { cmrc2018 } from '../tasks/cmrc2018.ts';
import { csldcp } from '../tasks/csldcp.ts';
import { ocnli } from '../tasks/ocnli.ts';
import { sentiment } from '../tasks/sentiment.ts';
import { tnews } from '../tasks/tnews.ts';
import { checkSubmission } from './check-submission.ts';
import { writeSubmission } from './write-submission.ts';

const test = tnews.read('{"id": 5, "sentence": "一"}\n{"id": 3, "sentence": "二"}\n', 'test.json', { labelled: false });

describe('submissions', () => {
  it('have the official names', () => {
    const names = Object.fromEntries(clueTasks.map(({ name, submissions }) => [name, submissions.map((s) => s.file)]));
    expect(names).toEqual({
      afqmc: ['afqmc_predict.json'],
      tnews: ['tnews11_predict.json', 'tnews10_predict.json'],
      iflytek: ['iflytek_predict.json'],
      cmnli: ['cmnli_predict.json'],
      ocnli: ['ocnli_50k_predict.json'],
      cluewsc2020: ['cluewsc11_predict.json', 'cluewsc10_predict.json'],
      csl: ['csl_predict.json'],
      eprstmt: ['eprstmt_predict.json'],
      csldcp: ['csldcp_predict.json'],
      bustm: ['bustm_predict.json'],
      'csl-title': [],
      sentiment: [],
    });
  });

  it('are a line a row in the order of the test file, labels as strings, and pass their own check', () => {
    const file = writeSubmission(tnews, test, ['108', '116']);
    expect(file).toEqual({
      name: 'tnews11_predict.json',
      text: '{"id": 5, "label": "108"}\n{"id": 3, "label": "116"}\n',
    });
    expect(checkSubmission(tnews, file, test)).toEqual([]);
    expect(writeSubmission(tnews, test, ['108', '116'], 'test1.0.json').name).toBe('tnews10_predict.json');
  });

  it('round trip for every task that has one: what is written reads back as the predictions', () => {
    for (const task of clueTasks.filter(({ submissions }) => submissions.length > 0)) {
      const rows = task.labels.map((_, index) => ({
        line: index + 1,
        ...(task.name !== 'afqmc' && { id: 900 - index }),
      }));
      const read = { file: 'test.json', lines: rows.length, rows, problems: [], dropped: [] };
      const file = writeSubmission(task, read, task.labels);
      expect(checkSubmission(task, file, read), task.name).toEqual([]);
      const back = file.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: number; label: string });
      expect(back.map(({ label }) => label)).toEqual(task.labels);
      expect(back.map(({ id }) => id)).toEqual(rows.map(({ id }, index) => id ?? index));
    }
    expect(csldcp.labels.length).toBe(67);
  });

  it('are refused when short, when a label is unknown, when a line of the test file is bad, or where there is no scorer', () => {
    expect(() => writeSubmission(tnews, test, ['108'])).toThrow('1 predictions for 2 rows');
    expect(() => writeSubmission(tnews, test, ['105', '0'])).toThrow(
      '2 predictions cannot be handed in: row 1 is "105", none of the 15 labels of tnews; row 2 is "0"',
    );
    const short = tnews.read('{"id": 5, "sentence": "一"}\n{}\n', 'test.json', { labelled: false });
    expect(() => writeSubmission(tnews, short, ['108'])).toThrow('test.json has 2 lines but 1 rows');
    expect(() => writeSubmission(tnews, test, ['108', '116'], 'dev.json')).toThrow(
      'predictions are handed in for test.json, test1.0.json, not for dev.json',
    );
    const reviews = sentiment.read('好\t1\n', 'x');
    expect(() => writeSubmission(sentiment, reviews, ['1'])).toThrow('nowhere to hand predictions in');
  });

  it('a check names every fault: file name, count, order of ids, labels that are numbers or unknown', () => {
    const text = '{"id": 3, "label": "108"}\n{"id": "3", "label": 116}\n{"label": "x"}\n[]\n{\n';
    expect(
      checkSubmission(tnews, { name: 'tnews_predict.json', text }, test).map(({ line, reason }) => [line, reason]),
    ).toEqual([
      [0, 'the file of tnews is named tnews11_predict.json or tnews10_predict.json'],
      [1, 'id is 3, line 1 of test.json has 5'],
      [2, 'label is 116, expected a string'],
      [3, 'label is "x", none of the 15 labels of tnews'],
      [4, 'the line is no object'],
      [5, 'the line is no JSON'],
      [0, '5 lines, test.json has 2'],
    ]);
    expect(checkSubmission(ocnli, { name: 'ocnli_50k_predict.json', text: '' }, test)).toHaveLength(1);
  });
});

describe('answers that are no labels', () => {
  const empty = { problems: [], dropped: [] };
  const rowsOf = (...ids: (string | number)[]) => ({
    file: 'test.json',
    lines: ids.length,
    rows: ids.map((id, i) => ({ line: i + 1, id })),
    ...empty,
  });
  const reasons = (...given: Parameters<typeof checkSubmission>) =>
    checkSubmission(...given).map(({ reason }) => reason);

  it('CMRC2018 is one object of question to text', () => {
    const read = rowsOf('A_0', 'A_1');
    const file = writeSubmission(cmrc2018, read, ['第八张', '']);
    expect(file.name).toBe('cmrc2018_predict.json');
    expect(JSON.parse(file.text)).toEqual({ A_0: '第八张', A_1: '' });
    expect(checkSubmission(cmrc2018, file, read)).toEqual([]);
    expect(reasons(cmrc2018, { ...file, text: '{"A_0": 3, "B": ""}' }, read)).toEqual([
      'A_0 is 3, expected a text',
      'A_1 has no answer',
      'B is no id of test.json',
    ]);
    expect(reasons(cmrc2018, { ...file, text: '[]' }, read)).toEqual(['the file is no object of id to answer']);
    expect(reasons(cmrc2018, { ...file, text: '{' }, read)[0]).toContain('the file is no JSON');
  });

  it('C3 has lines with an index, ChID an object of gap to index', () => {
    const questions = rowsOf(0, 1);
    const file = writeSubmission(c3, questions, ['2', '0']);
    expect(file).toEqual({ name: 'c311_predict.json', text: '{"id": 0, "label": 2}\n{"id": 1, "label": 0}\n' });
    expect(checkSubmission(c3, file, questions)).toEqual([]);
    expect(() => writeSubmission(c3, questions, ['男的', '-1'])).toThrow(
      'row 1 is "男的", expected the index of a candidate; row 2 is -1',
    );
    const gaps = rowsOf('#idiom000001#', '#idiom000002#');
    const idioms = writeSubmission(chid, gaps, ['9', '0'], 'test1.0.json');
    expect(idioms.name).toBe('chid10_predict.json');
    expect(JSON.parse(idioms.text)).toEqual({ '#idiom000001#': 9, '#idiom000002#': 0 });
    expect(checkSubmission(chid, idioms, gaps)).toEqual([]);
  });

  it('CLUENER has the label of its files', () => {
    const read = rowsOf(0);
    const label = { name: { 彭小军: [[0, 2]] } };
    const file = writeSubmission(cluener, read, [JSON.stringify(label)]);
    expect(JSON.parse(file.text)).toEqual({ id: 0, label });
    expect(checkSubmission(cluener, file, read)).toEqual([]);
    for (const wrong of ['{"food": {}}', '{"name": {"彭": [[0]]}}', 'B-name'])
      expect(() => writeSubmission(cluener, read, [wrong])).toThrow('expected {"type": {"text": [[first, last]]}}');
  });
});
