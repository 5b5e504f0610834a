import { describe, expect, it } from 'vitest';
import { duplicatesWithin } from '../duplicates/count-duplicates.ts';
import { c3 } from './c3.ts';
import { chid, withChidAnswers } from './chid.ts';
import { cluener } from './cluener.ts';
import { cmrc2018 } from './cmrc2018.ts';
import { msra, weibo } from './tagged.ts';

interface Problems {
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
  readonly flaws?: readonly { readonly line: number; readonly reason: string }[];
}
const told = (list: Problems['problems'] = []) => list.map(({ line, reason }) => `${line}: ${reason}`);

describe('cmrc2018', () => {
  const document = (context: string, ...qas: object[]) =>
    JSON.stringify({ data: [{ paragraphs: [{ context, qas }] }] });
  const qa = (...answers: (readonly [string, number])[]) => ({
    id: 'Q',
    question: '谁?',
    answers: answers.map(([text, answer_start]) => ({ text, answer_start })),
  });

  it('counts code points in the file and UTF-16 in rows; answers elsewhere or nowhere are flaws of a row', () => {
    const read = cmrc2018.read(
      document('𠮷野家在东京', qa(['东京', 4], ['野家', 3], ['大阪', -1]), qa(['𠮷', 0])),
      'dev.json',
    );
    expect(read.rows.map(({ answers }) => answers)).toEqual([
      [{ text: '东京', start: 5 }, { text: '野家' }, { text: '大阪' }],
      [{ text: '𠮷', start: 0 }],
    ]);
    expect(told(read.flaws)).toEqual([
      '1: answers[1] of Q, "野家", does not stand at 3, but at 1',
      '1: answers[2] of Q, "大阪", is not in the passage',
    ]);
    expect(read).toMatchObject({ lines: 2, problems: [] });
    expect(cmrc2018.texts(read.rows[0]!)).toEqual(['谁?', '𠮷野家在东京']);
  });

  it('knows impossible questions, and test files without answers', () => {
    const impossible = { id: 'Q', question: '谁?', answers: [], is_impossible: true };
    expect(cmrc2018.read(document('甲', impossible), 'dev.json').rows).toMatchObject([
      { impossible: true, answers: [] },
    ]);
    expect(cmrc2018.read(document('甲', qa()), 'test.json', { labelled: false }).rows).toHaveLength(1);
  });

  it('names what is missing, and what is no such file', () => {
    expect(
      told(cmrc2018.read(document(' ', { id: 'Q', answers: [{ text: '甲' }] }, qa()), 'dev.json').problems),
    ).toEqual([
      '1: context is blank; question is nothing, expected a text; answers[0].answer_start is nothing, expected a whole number from 0 on',
      '2: context is blank; answers are missing',
    ]);
    const bare = { data: [{ paragraphs: [{ context: '甲', qas: [] }, { context: '甲' }] }, {}] };
    const missing = 'id is nothing, expected a text; question is nothing, expected a text; answers are missing';
    expect(told(cmrc2018.read(JSON.stringify(bare), 'dev.json').problems)).toEqual([
      `1: ${missing}`,
      `2: ${missing}`,
      `3: context is nothing, expected a text; ${missing}`,
    ]);
    expect(told(cmrc2018.read('[]', 'dev.json').problems)[0]).toContain('the file has no list data');
    expect(told(cmrc2018.read('{', 'dev.json').problems)[0]).toContain('the file is no JSON');
  });
});

describe('c3', () => {
  it('a row is a question; answers that are no choice, empty and single choices are named, equal ones a flaw', () => {
    const document = [
      ['女：好。', '男：走。'],
      [
        { question: '谁走?', choice: ['男的', '女的'], answer: '男的' },
        { question: '谁走?', choice: ['男的', '女的', '女的'], answer: '女的' },
        { question: '谁走?', choice: ['男的', '女的'], answer: '他' },
        { question: '谁走?', choice: [], answer: '他' },
        { question: ' ', choice: ['男的'] },
      ],
      '1-1',
    ];
    const read = c3.read(JSON.stringify([document]), 'd-dev.json');
    expect(read.rows).toEqual([
      { line: 1, text: '女：好。\n男：走。', question: '谁走?', choices: ['男的', '女的'], answer: 0 },
      { line: 2, text: '女：好。\n男：走。', question: '谁走?', choices: ['男的', '女的', '女的'], answer: 1 },
    ]);
    expect(told(read.flaws)).toEqual(['2: the choice "女的" stands twice']);
    expect(told(read.problems)).toEqual([
      '3: answer is "他", none of the choices 男的, 女的',
      '4: choice is [], expected a list of texts',
      '5: question is blank; answer is missing; one choice, expected at least two',
    ]);
    expect(read.lines).toBe(5);
    expect(c3.target?.(read.rows[0]!)).toBe('男的');
    const test = [['甲'], [{ question: '?', choice: ['一', '二'], id: 7 }], '1'];
    expect(c3.read(JSON.stringify([test]), 'test.json', { labelled: false }).rows).toMatchObject([{ id: 7 }]);
    expect(told(c3.read('[["甲"]]', 'd-dev.json').problems)[0]).toContain('passage is "甲"');
    expect(told(c3.read('[[["甲"], [], "1"]]', 'd-dev.json').problems)).toEqual([
      '1: question is nothing, expected a text; choice is nothing, expected a list of texts; answer is missing',
    ]);
  });
});

describe('chid', () => {
  it('FewCLUE’s form: one gap and an index', () => {
    const line = (answer: unknown, content = '他#idiom#。') =>
      `${JSON.stringify({ id: 1, candidates: ['画蛇添足', '雪中送炭'], content, answer })}\n`;
    const read = chid.read(line(1) + line(2) + line(undefined) + line(0, '没有'), 'dev.json');
    expect(read.rows).toEqual([{ line: 1, id: 1, text: '他#idiom#。', choices: ['画蛇添足', '雪中送炭'], answer: 1 }]);
    expect(told(read.problems)).toEqual([
      '2: answer is 2, there are 2 candidates',
      '3: answer is missing',
      '4: content has 0 gaps #idiom#, expected 1',
    ]);
  });

  it('names candidates that are missing, blank or alone, and what is no index; equal ones are a flaw', () => {
    const line = (candidates: unknown, answer: unknown = 0) =>
      `${JSON.stringify({ candidates, content: '他#idiom#。', answer })}\n`;
    const read = chid.read(
      line([]) + line(['一', ' ']) + line(['一']) + line(undefined) + line(['一', '二'], '一') + line(['一', '一'], 1),
      'dev.json',
    );
    expect(told(read.problems)).toEqual([
      '1: candidates is [], expected a list of texts',
      '2: candidates[1] is blank',
      '3: one candidate, expected at least two',
      '4: candidates is nothing, expected a list of texts',
      '5: answer is "一", expected a whole number from 0 on',
    ]);
    expect(told(read.flaws)).toEqual(['6: the choice "一" stands twice']);
  });

  it('CLUE’s form: several gaps a text, a row each, answers from their own file', () => {
    const content = ['甲#idiom000001#乙#idiom000002#。', '丙#idiom000003#。'];
    const text = `${JSON.stringify({ candidates: ['一', '二', '三'], content })}\n{"candidates": ["一", "二"], "content": ["无"]}\n`;
    const read = chid.read(text, 'train.json', { labelled: false });
    expect(read.rows.map(({ id, text: own }) => [id, own])).toEqual([
      ['#idiom000001#', content[0]],
      ['#idiom000002#', content[0]],
      ['#idiom000003#', content[1]],
    ]);
    expect(told(read.problems)).toEqual(['2: content has no gap #idiom000000#']);
    expect(read.rows.length + read.problems.length).toBe(read.lines);
    const answers = { '#idiom000001#': 2, '#idiom000002#': 0, '#idiom000003#': 1 };
    expect(withChidAnswers(read.rows, answers).map(({ answer }) => answer)).toEqual([2, 0, 1]);
    expect(() => withChidAnswers(read.rows, { '#idiom000001#': 3, '#idiom000002#': 0, '#idiom9#': 0 })).toThrow(
      '#idiom000001# has the answer 3 of 3 candidates; #idiom000003# has no answer; #idiom9# is no gap',
    );
  });
});

describe('cluener', () => {
  it('gives entities by UTF-16 indices, end exclusive, in their order; overlaps are a flaw', () => {
    const line = {
      text: '𠮷田在台湾银行',
      label: { address: { 台湾: [[3, 4]] }, name: { 𠮷田: [[0, 1]] }, company: { 台湾银行: [[3, 6]] } },
    };
    const read = cluener.read(`${JSON.stringify(line)}\n`, 'dev.json');
    expect(read.rows[0]?.entities).toEqual([
      { type: 'name', text: '𠮷田', start: 0, end: 3 },
      { type: 'address', text: '台湾', start: 4, end: 6 },
      { type: 'company', text: '台湾银行', start: 4, end: 8 },
    ]);
    expect(told(read.flaws)).toEqual(['1: address "台湾" and company "台湾银行" overlap']);
    expect(duplicatesWithin(cluener, [...read.rows, ...read.rows])).toMatchObject({ duplicates: 1, conflicts: 0 });
  });

  it('names offsets that do not match, types there are not, and labels that are missing', () => {
    const read = cluener.read(
      '{"text": "台湾人", "label": {"address": {"台湾": [[1, 2]], "中国": [[5, 6]]}, "food": {"人": [[2, 2]]}}}\n{"text": "台湾"}\n',
      'dev.json',
    );
    expect(told(read.problems)).toEqual([
      `1: address "台湾" is not at 1 to 2, where "湾人" stands; address "中国" is not at 5 to 6, where the text does not reach; label has the type "food", expected ${cluener.labels.join(', ')}`,
      '2: label is nothing, expected an object',
    ]);
    const unplaced = (names: unknown) => `${JSON.stringify({ text: '台湾', label: { address: names } })}\n`;
    expect(told(cluener.read(unplaced({ 台湾: [] }) + unplaced('台湾'), 'dev.json').problems)).toEqual([
      '1: address "台湾" is at [], expected [[first, last], …]',
      '2: address is "台湾", expected an object',
    ]);
    expect(cluener.read('{"id": 0, "text": "台湾"}\n', 'test.json', { labelled: false }).rows).toEqual([
      { line: 1, id: 0, text: '台湾' },
    ]);
  });
});

it('tagged characters: as many tags as characters, of known types', () => {
  const read = weibo.read(
    '{"text": ["张", " "], "label": ["B-PER.NAM", "O"]}\n{"text": ["张"], "label": ["B-PER", "O"]}\n{"text": [], "label": ["O"]}\n',
    'train.json',
  );
  expect(read.rows).toEqual([{ line: 1, words: ['张', ' '], tags: ['B-PER.NAM', 'O'] }]);
  expect(told(read.problems)).toEqual([
    `2: 2 tags for 1 characters; tags B-PER are none of O and B-, I-, E-, M-, S- with ${weibo.labels.join(', ')}`,
    '3: text is [], expected a list of texts; 1 tags for 0 characters',
  ]);
  expect(msra.labels).toEqual(['NR', 'NS', 'NT']);
});
