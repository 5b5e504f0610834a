import { describe, expect, it } from 'vitest';
import { checkTable, duplicateRows, readTable, selectColumns, type TableFormat, withoutRows } from '../index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string | Uint8Array, format: TableFormat) =>
  readTable(typeof text === 'string' ? bytes(text) : text, { format, name: `a.${format}` });

describe('readTable', () => {
  it('reads the same rows from every text format, with quotes, line feeds and commas inside cells', async () => {
    const rows = [
      { review: 'say "no", then\nleave', stars: '1' },
      { review: '很好 😀', stars: '5' },
    ];
    expect(await read('review,stars\n"say ""no"", then\nleave",1\n很好 😀,5\n', 'csv')).toEqual({
      source: 'a.csv',
      columns: ['review', 'stars'],
      rows,
    });
    expect((await read('review\tstars\r\n"say ""no"", then\nleave"\t1\r\n很好 😀\t5', 'tsv')).rows).toEqual(rows);
    expect((await read(JSON.stringify(rows), 'json')).rows).toEqual(rows);
    expect((await read(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n`, 'jsonl')).rows).toEqual(rows);
    expect((await read('one\n\ntwo\u2028x\r\n', 'text')).rows).toEqual([{ text: 'one' }, { text: 'two\u2028x' }]);
    expect((await read('a\nb\n\n \nc', 'paragraphs')).rows).toEqual([{ text: 'a\nb' }, { text: 'c' }]);
  });
  it('joins a stream, whatever pieces it comes in', async () => {
    const whole = bytes('text\n床前明月光\n');
    const pieces = async function* () {
      for (let begin = 0; begin < whole.length; begin += 2) yield whole.subarray(begin, begin + 2);
    };
    expect((await readTable(pieces(), { format: 'csv' })).rows).toEqual([{ text: '床前明月光' }]);
  });
  it('takes a byte order mark off', async () => {
    expect((await read('\uFEFFtext,label\na,b\n', 'csv')).columns).toEqual(['text', 'label']);
    expect((await read(`\uFEFF${JSON.stringify([{ a: 1 }])}`, 'json')).columns).toEqual(['a']);
  });
  it('names every ragged row at once, and two equal headers', async () => {
    await expect(read('a,b\n1,2,3\n1,2\n1\n', 'csv')).rejects.toThrow(
      'a.csv: row 1: 3 cells where the header has 2; row 3: 1 cells where the header has 2.',
    );
    await expect(read('a,b,a,\n1,2,3,4\n', 'csv')).rejects.toThrow(
      "a.csv: column 'a': stands twice in the header, at places 1 and 3; rename one; header 4 is empty; name the column.",
    );
  });
  it('tells quotes that never close, and those inside a cell', async () => {
    await expect(read('a,b\n1,2\n"open,2\n3,4\n', 'csv')).rejects.toThrow(
      /a\.csv: row 2: a quote opens here and does not close before the end, line \d/,
    );
    await expect(read('a,b\nx"y,2\n3,4\n5"6,7\n', 'csv')).rejects.toThrow(
      /line 2: a quote stands inside a cell.*line 4: a quote stands inside a cell/,
    );
  });
  it('tells the byte and line that is no UTF-8', async () => {
    const latin = Uint8Array.from([...bytes('text\nnaïve\n'), 0xe9, ...bytes(' ok\n')]);
    await expect(read(latin, 'csv')).rejects.toThrow(
      'a.csv: line 3 is no UTF-8 (byte 12 of the file, 0xe9); save the file as UTF-8.',
    );
    await expect(read(bytes('床').subarray(0, 2), 'text')).rejects.toThrow('line 1 is no UTF-8');
  });
  it('refuses an empty file, one without rows, JSON that is no array of objects, and lines that are no JSON', async () => {
    await expect(read('', 'csv')).rejects.toThrow('a.csv: the file is empty.');
    await expect(read('a,b\n', 'csv')).rejects.toThrow('a.csv: the file has no rows.');
    await expect(read('{"a": 1}', 'json')).rejects.toThrow('holds no array');
    await expect(read('[{"a": 1}, [2], 3]', 'json')).rejects.toThrow(
      'row 2: is a list, expected an object; row 3: is 3',
    );
    await expect(read('{"a": 1}\n{a}\n{"b": 2}\n{"c"', 'jsonl')).rejects.toThrow(
      /row 2: is no JSON.*row 4: is no JSON/,
    );
    await expect(read('{"a": 1}\n{"a": 2}\n', 'json')).rejects.toThrow(
      'a.json: holds JSON lines, an object each, and not one array; end its name in .jsonl',
    );
    await expect(read('PAR0', 'parquet')).rejects.toThrow('is no Parquet');
  });
  it.each([
    ['{"text":"a","label":"x","label":"y"}', 'jsonl', 'row 1: is no JSON: the key "label" stands twice in one object'],
    ['{"a":{"b":[{"c":1,"\\u0063":2}]}}', 'jsonl', 'the key "c" stands twice in one object'],
    ['[{"a":"\\"},{","b":"\\\\"},{"a":1, "a" :2}]', 'json', 'is no JSON: the key "a" stands twice in one object'],
  ] as const)('a key that stands twice in %s', async (content, format, problem) => {
    await expect(read(content, format)).rejects.toThrow(problem);
  });
  it('whole numbers beyond 2⁵³ are their digits, so that neighbours stay two', async () => {
    const text =
      '{"label":9007199254740993,"n":[-9007199254740993,9007199254740991,1e20,12345678901234567.5],"\\"9007199254740993":"9007199254740993"}';
    expect((await read(text, 'jsonl')).rows).toEqual([
      {
        label: '9007199254740993',
        n: ['-9007199254740993', 9007199254740991, 1e20, 12345678901234568],
        '"9007199254740993': '9007199254740993',
      },
    ]);
  });
  it('keys of objects beside and inside each other may be the same', async () => {
    const text = '{"a":{"a":[{"a":"a"},{"a":":"}]},"b":"\\"a\\":1","__proto__":1}';
    expect((await read(text, 'jsonl')).rows).toEqual([JSON.parse(text)]);
  });
  it.each([
    ['PK\x03\x04', 'a zip archive, as .xlsx spreadsheets are; save the sheet as CSV in UTF-8'],
    ['\x1f\x8b\x08', 'packed by gzip; let its name end in .gz'],
    ['PAR1', 'Parquet; let its name end in .parquet'],
    ['\xff\xfea\0', 'UTF-16; save it as UTF-8'],
    ['%PDF-1.7', 'a PDF'],
  ])('a file that begins with %j says what it is', async (start, what) => {
    const file = Uint8Array.from(start, (character) => character.charCodeAt(0));
    await expect(read(file, 'csv')).rejects.toThrow(`a.csv: is ${what}`);
  });
  it('300,000 rows take linear time', async () => {
    const text = `text,label\n${'一二三四五,1\n'.repeat(300_000)}`;
    const table = await read(text, 'csv');
    expect(checkTable(table, { text: 'text', label: 'label' })).toMatchObject({ rows: 300_000, duplicates: 299_999 });
  }, 30_000);
});

/** Two rows of a string, an INT64 and a DOUBLE, Snappy, written by hyparquet-writer 0.17.0. */
const parquet = [
  'UEFSMRUGFUIVRlwVBBUAFQQVABUEFQAAAAMDH3gPAAAA5bqK5YmN5piO5pyI5YWJCAAAAHNheSAibm8iFQYVJBUoXBUEFQAVBBUA',
  'FQQVAAAAAwMQPAEAAAAAAAAABQAAAAAAAAAVBhUkFSRcFQQVABUEFQAVBBUAAAADAxAAAAUBJOA/AAAAAAAAAEAVBBlMSARyb290',
  'FQYAFQwlAhgEdGV4dCUAABUEJQIYBWxhYmVsABUKJQIYBXNjb3JlABYEGRwZPCYIHBUMGRUAGRgEdGV4dBUCFgQWbBZwJgg8NgAo',
  'D+W6iuWJjeaYjuaciOWFiRgIc2F5ICJubyIAGRwVBhUAFQIAAAAmeBwVBBkVABkYBWxhYmVsFQIWBBZOFlImeDw2ACgIBQAAAAAA',
  'AAAYCAEAAAAAAAAAABkcFQYVABUCAAAAJsoBHBUKGRUAGRgFc2NvcmUVAhYEFk4WTibKATw2ACgIAAAAAAAAAEAYCAAAAAAAAOA/',
  'NgAAGRwVBhUAFQIAAAAWiAIWBDaQAgAoCWh5cGFycXVldBk8HAAAHAAAHAAAABkBAABQQVIx',
].join('');

it('reads Parquet: strings, numbers, 64-bit integers as numbers', async () => {
  const table = await read(
    Uint8Array.from(atob(parquet), (character) => character.charCodeAt(0)),
    'parquet',
  );
  expect(table.columns).toEqual(['text', 'label', 'score']);
  expect(table.rows).toEqual([
    { text: '床前明月光', label: 1, score: 0.5 },
    { text: 'say "no"', label: 5, score: 2 },
  ]);
});

describe('columns', () => {
  const table = async () =>
    read('[{"t": "a", "n": "1.5", "l": 3}, {"t": null, "n": "x", "l": true}, {"n": 2}]', 'json');
  it('are found by name; those there are named, and every cell that is wrong', async () => {
    const { rows, ...rest } = await table();
    expect(selectColumns({ ...rest, rows: rows.slice(0, 1) }, { text: 't', target: 'n', label: 'l' })).toEqual({
      texts: ['a'],
      labels: ['3'],
      targets: Float64Array.of(1.5),
    });
    expect(() => selectColumns({ ...rest, rows }, { text: 'review' })).toThrow(
      "a.json: column 'review': is not there (asked for as text); there are 't', 'n', 'l'.",
    );
    expect(() => selectColumns({ ...rest, rows }, { text: 't', target: 'n' })).toThrow(
      `a.json: row 2, column 't': holds null, expected a text; row 2, column 'n': holds "x", expected a number; row 3, column 't': holds nothing, expected a text.`,
    );
  });
});

describe('checkTable', () => {
  it('counts what is there and names what cannot be used', async () => {
    const train = await read('text,label\na 😀,x\n,x\nB,\nb,y\n', 'csv');
    const dev = await read('text,label\nc,z\nＢ,x\n', 'csv');
    expect(checkTable(train, { text: 'text', label: 'label', dev })).toEqual({
      rows: 4,
      labels: { x: 2, y: 1 },
      longest: 3,
      emptyTexts: 1,
      duplicates: 1,
      inDev: 2,
      problems: [
        { row: 2, column: 'text', problem: 'the text is empty' },
        { row: 3, column: 'label', problem: 'no label' },
        { row: 0, column: 'label', problem: "'z' (row 1 of a.csv) is no label of a.csv" },
      ],
    });
    expect(duplicateRows(train, { columns: ['text'], dev })).toEqual({ within: [4], inDev: [3, 4] });
    expect(withoutRows(train, [3, 4]).rows).toHaveLength(2);
  });
  it.each([
    ['x', 'x ', '"x " looks like "x" of row 1 and would be another class; write both alike'],
    ['a b', 'a\u00a0 b', '"a\u00a0 b" looks like "a b" of row 1 and would be another class; write both alike'],
    ['é', 'e\u0301', '"e\u0301" looks like "é" of row 1 and would be another class; write both alike'],
    ['正', '正\u200b', '"正\u200b" looks like "正" of row 1 and would be another class; write both alike'],
    ['1', '1.0', '"1.0" looks like "1" of row 1 and would be another class; write both alike'],
    [1, '1', 'holds "1", a text, and row 1 holds 1, a number; write both alike'],
    ['true', true, 'holds true, a boolean, and row 1 holds "true", a text; write both alike'],
  ])('labels %j and %j look alike', async (first, second, problem) => {
    const labels = [first, 'other', second, second];
    const rows = labels.map((label, i) => JSON.stringify({ text: `text ${i}`, label })).join('\n');
    const table = await read(rows, 'jsonl');
    const problems = [{ row: 3, column: 'label', problem }];
    expect(checkTable(table, { text: 'text', label: 'label' }).problems).toEqual(problems);
    expect(() => selectColumns(table, { text: 'text', label: 'label' })).toThrow(problem);
  });
  it('labels that differ are left as they are', async () => {
    const labels = ['a', 'A', '７', '7', '07', 1, 2.5, false, '-1', '1.5', 'x y', 'xy'];
    const rows = labels.map((label, i) => JSON.stringify({ text: `text ${i}`, label })).join('\n');
    expect(checkTable(await read(rows, 'jsonl'), { text: 'text', label: 'label' }).problems).toEqual([]);
  });
  it('half a surrogate pair, and a number that is none, are told with their row', async () => {
    const table = await read(
      '{"text":"a\\ud83d","label":"x"}\n{"text":"b","label":1e400}\n{"text":"c","label":"y"}',
      'jsonl',
    );
    const problems = [
      { row: 1, column: 'text', problem: 'holds half a surrogate pair at position 1' },
      { row: 2, column: 'label', problem: 'no label' },
    ];
    expect(checkTable(table, { text: 'text', label: 'label' }).problems).toEqual(problems);
    expect(() => selectColumns(table, { text: 'text' })).toThrow("row 1, column 'text': holds half a surrogate pair");
  });
  it('one class only, targets that are no numbers, a missing column in either table', async () => {
    const one = await read('text,label,score\na,x,1\nb,x,NaN\nc,x,\n', 'csv');
    expect(checkTable(one, { text: 'text', label: 'label', target: 'score' }).problems).toEqual([
      { row: 2, column: 'score', problem: '"NaN" is no number' },
      { row: 3, column: 'score', problem: '"" is no number' },
      { row: 0, column: 'label', problem: "every row has the label 'x'; there must be two classes" },
    ]);
    const kinds = await read(
      'text,score\na,0x10\nb,1_000\nc,-1.5e3\nd,0b1\ne," 2 "\nf,１\n'.concat('g,Infinity\n'),
      'csv',
    );
    expect(checkTable(kinds, { text: 'text', target: 'score' }).problems.map(({ row }) => row)).toEqual([
      1, 2, 4, 6, 7,
    ]);
    const dev = await read('text\na\n', 'csv');
    expect(checkTable(one, { text: 'text', label: 'label', dev }).problems).toEqual([
      { row: 0, column: 'label', problem: "of a.csv is not there (asked for as label); there are 'text'" },
    ]);
  });
});
