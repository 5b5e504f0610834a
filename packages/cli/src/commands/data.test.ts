import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloze } from '../../test/cloze.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (content: string, ...words: string[]) => {
  const file = join(folder, 'rows.csv');
  writeFileSync(file, content);
  return cloze('data', 'check', file, '--text', 'text', ...words);
};

it('tells rows, labels and lengths; a table that can be used is code 0', async () => {
  const rows = 'text,label\n明月光,a\n床前,b\n明月光,a\n';
  const found = await check(rows, '--label', 'label', '--json');
  expect(found).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(found.out)).toMatchObject({
    rows: 3,
    labels: { a: 2, b: 1 },
    longest: 3,
    duplicates: 1,
    problems: [],
  });
  const shown = await check(rows, '--label', 'label');
  expect(shown.out).toContain('3 rows, the longest of 3 characters\n2 labels: a 2, b 1\n1 row stand twice');
});

it('tells rows that cannot be used, all at once, with code 1', async () => {
  const found = await check('text,label\n明月光,a\n,b\n床前,\n', '--label', 'label', '--json');
  expect(found.code).toBe(1);
  const problems = [
    { row: 2, column: 'text', problem: 'the text is empty' },
    { row: 3, column: 'label', problem: 'no label' },
  ];
  expect(JSON.parse(found.out)).toMatchObject({ rows: 3, problems });
  expect(found.err).toMatch(/^cloze: .*row 2, column 'text': the text is empty; row 3, column 'label': no label\.\n$/);
});

it('a spreadsheet, half a character, labels that look alike', async () => {
  const file = join(folder, 'rows.xlsx');
  writeFileSync(file, 'PK');
  expect(await cloze('data', 'check', file, '--text', 'text')).toMatchObject({
    code: 1,
    err: expect.stringContaining('rows.xlsx: is a spreadsheet, which is not read; save its sheet as CSV in UTF-8'),
  });
  const alike = await check('text,label\n明,x\n月,x \n', '--label', 'label');
  expect([alike.code, alike.err]).toEqual([1, expect.stringContaining('"x " looks like "x" of row 1')]);
});

it('a file that cannot be read, a column that is not there, a number that is none: problems too', async () => {
  const torn = await check('text,label\n"明月光,a\n', '--json');
  expect(torn.code).toBe(1);
  expect((JSON.parse(torn.out) as { problems: unknown[] }).problems).toHaveLength(1);
  const missing = await check('text,label\n明,a\n', '--label', 'lable', '--json');
  expect(missing.err).toContain("column 'lable': is not there (asked for as label); there are 'text', 'label'");
  const number = await check('text,score\n明,x\n', '--value', 'score');
  expect(number).toMatchObject({ code: 1 });
  expect(number.err).toContain(`row 1, column 'score': "x" is no number`);
});
