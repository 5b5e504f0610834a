import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { expandPaths, openTable, readPmi, readUtf8, readWordVectors, streamLines, streamTexts } from '../node.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};

describe('streamLines', () => {
  it('cuts at line feeds only, across pieces of the file, packed or not', async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `第${i}行 😀 a\u2028b\u000bc`.repeat(1 + (i % 7)));
    const text = `${lines.join('\n')}\n\n`;
    expect(await all(streamLines(put('a.txt', text)))).toEqual(lines);
    expect(await all(streamLines(put('a.txt.gz', gzipSync(text))))).toEqual(lines);
    expect(await all(streamLines(put('open-end.txt', '\uFEFFone\r\ntwo')))).toEqual(['one', 'two']);
  });
  it('refuses carriage returns alone between lines, which would make one of them all; before line feeds they go', async () => {
    await expect(all(streamLines(put('mac.txt', '今天\r天气\r')))).rejects.toThrow(
      /mac\.txt: line 1 ends with a carriage return alone, as all after it; save the file with line feeds/,
    );
    expect(await all(streamLines(put('last.txt', '今天\r')))).toEqual(['今天']);
    expect(await all(streamLines(put('within.txt', 'a\rb\nc\n')))).toEqual(['a\rb', 'c']);
  });
  it('names a file that is not there, one that is no gzip, one that is torn, one that is no UTF-8', async () => {
    await expect(all(streamLines(join(folder, 'none.txt.gz')))).rejects.toThrow(/none\.txt\.gz: cannot be read/);
    await expect(all(streamLines(put('bad.txt.gz', 'plain')))).rejects.toThrow(/bad\.txt\.gz: is no \.gz file/);
    const packed = gzipSync('床前明月光\n'.repeat(5000));
    await expect(all(streamLines(put('torn.txt.gz', packed.subarray(0, packed.length >> 1))))).rejects.toThrow(
      /torn\.txt\.gz: the \.gz file is torn/,
    );
    await expect(all(streamLines(put('latin.txt', Uint8Array.of(97, 10, 0xe9, 10))))).rejects.toThrow(
      /latin\.txt: line 1 or one soon after is no UTF-8/,
    );
  });
});

describe('openTable', () => {
  it('tells the format by the name, joins what a glob finds, and keeps label names', async () => {
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    put('deep/one.csv', 'text,label\na,good\n');
    put('deep/er/two.csv.gz', gzipSync('text,label\nb,bad\n'));
    expect(expandPaths(join(folder, 'deep', '**', '*.csv*'))).toEqual([
      join(folder, 'deep', 'one.csv'),
      join(folder, 'deep', 'er', 'two.csv.gz'),
    ]);
    expect((await openTable(join(folder, 'deep', '**', '*.csv*'))).rows).toEqual([
      { text: 'a', label: 'good' },
      { text: 'b', label: 'bad' },
    ]);
  });
  it('reads a file once, whatever its path looks like, and says what is no file', async () => {
    const file = put('once.csv', 'text\na\n');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    expect(
      expandPaths([file, join(folder, 'sub', '..', 'once.csv').replace('once', './once'), join(folder, 'on*.csv')]),
    ).toEqual([file]);
    expect(() => expandPaths(join(folder, 'sub'))).toThrow(/sub: is a folder; name its files/);
    expect(() => expandPaths('/dev/null')).toThrow('/dev/null: is no file, but a pipe or a device');
    expect(() => readUtf8(join(folder, 'sub'))).toThrow(/sub: no such file/);
    expect(readUtf8(put('marked.txt', '\uFEFF明\n'))).toBe('明\n');
    expect(() => readUtf8(put('latin.txt', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a)))).toThrow('line 2 is no UTF-8');
  });
  it('names the file of vectors or collocations that is wrong, and the line', () => {
    const vectors = put('v.txt', '5 2\n今 1 2\n');
    expect(() => readWordVectors(vectors)).toThrow(
      `${vectors}: parseWordVectors: line 1 promises 5 words, there are 1`,
    );
    expect(readWordVectors(put('w.txt', '\uFEFF今 1 2\r\n天 2 1\r\n')).words).toEqual(['今', '天']);
    const pmi = put('p.txt', 'no list\n');
    expect(() => readPmi(pmi)).toThrow(`${pmi}: parsePmi: line 1 must begin with`);
  });
  it('names files that are not there, that tell no format, and that lack columns of the first', async () => {
    await expect(openTable([join(folder, 'x?.csv'), join(folder, 'y.csv')])).rejects.toThrow(
      /x\?\.csv, .*y\.csv: no such files/,
    );
    await expect(openTable(put('data.bin', 'x'))).rejects.toThrow(
      /data\.bin: its name tells no format; say which, or end it in csv, tsv/,
    );
    const files = [put('p.csv', 'text,label\na,b\n'), put('q.csv', 'text\na\n')];
    await expect(openTable(files)).rejects.toThrow(/q\.csv lacks the columns label of .*p\.csv/);
  });
});

describe('streamTexts', () => {
  it('gives the documents of every format', async () => {
    const files = [
      put('t.txt', 'one\n \ntwo\n'),
      put('t.jsonl', '{"text": "three"}\n\n{"text": "four", "more": 1}\n'),
      put('t.csv', 'text,label\nfive,1\n"",2\n'),
    ];
    expect(await all(streamTexts(files))).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(await all(streamTexts(put('p.txt', 'a\nb\n\nc\n'), { format: 'paragraphs' }))).toEqual(['a\nb', 'c']);
    await expect(all(streamTexts(put('u.jsonl', '{"text": "x"}\n{"body": 1}\n')))).rejects.toThrow(
      /u\.jsonl: row 2, column 'text': no text/,
    );
  });
});
