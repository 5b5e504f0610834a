import { expect, it } from 'vitest';
import { chnsenticorp } from './chnsenticorp.ts';
import { colac } from './colac.ts';
import { lcqmc } from './lcqmc.ts';
import { stsZh } from './sts-zh.ts';

const reasons = ({ problems }: { readonly problems: readonly { readonly line: number; readonly reason: string }[] }) =>
  problems.map(({ line, reason }) => `${line}: ${reason}`);

it('LCQMC with and without a header', () => {
  for (const header of ['', 'text_a\ttext_b\tlabel\n']) {
    const read = lcqmc.read(`${header}喜欢打篮球的男生\t爱打篮球的男生\t1\n甲\t乙\n甲\t \t2\n`, 'train.tsv');
    expect(read.rows).toMatchObject([{ sentence1: '喜欢打篮球的男生', sentence2: '爱打篮球的男生', label: '1' }]);
    expect(reasons(read).map((reason) => reason.slice(3))).toEqual([
      '2 fields between tabs, expected 3 (question, question, label)',
      'the second question is blank; label is "2", expected one of the 2 labels 0, 1',
    ]);
    expect(read.dropped).toHaveLength(header === '' ? 0 : 1);
  }
});

it('CoLAC: CSV with quoted sentences; the linguists’ label first, the crowd’s beside it', () => {
  const read = colac.read(
    ',sentence,label0,label1\n0,"他说,好。",0,1\n1,他来了。,1\n2,"他,1,1\n3,他,5,1\n',
    'train.csv',
  );
  expect(read.rows).toEqual([{ line: 2, id: 0, label: '0', sentence: '他说,好。', crowd: '1' }]);
  expect(reasons(read)).toEqual([
    '3: 3 cells, expected 4 (number, sentence, label0, label1)',
    '4: the line is no CSV: a quotation mark does not close',
    '5: label is "5", expected one of the 2 labels 0, 1',
  ]);
});

it('Chinese STS-B: a number from 0 to 5; ChnSentiCorp: two labels', () => {
  const read = stsZh.read('a-1||甲||乙||3.5\na-2||甲||乙||6\na-3||甲||3\na-4||甲|| ||x\n', 'dev.txt');
  expect(read.rows).toEqual([{ line: 1, id: 'a-1', value: 3.5, sentence1: '甲', sentence2: '乙' }]);
  expect(reasons(read)).toEqual([
    '2: score is "6", expected a number from 0 to 5',
    '3: 3 fields between ||, expected 4 (id, sentence, sentence, score)',
    '4: the second sentence is blank; score is "x", expected a number from 0 to 5',
  ]);
  expect(chnsenticorp.read('{"sentence": "好", "label": "positive"}\n', 'dev.json').rows).toMatchObject([
    { label: 'positive' },
  ]);
});
