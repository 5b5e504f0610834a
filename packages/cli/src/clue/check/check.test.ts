import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { clueTasks } from '@cloze/datasets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import counts from '../../../../datasets/fixtures/clue-counts.json' with { type: 'json' };
import rowCounts from '../../../../datasets/fixtures/data-rows.json' with { type: 'json' };
import { checkCommand } from './check-command.ts';
import { checkData } from './check-data.ts';
import type { CheckRecord, FileRecord } from './check-record.ts';
import { summariseLengths } from './summarise-lengths.ts';

const data = mkdtempSync(join(tmpdir(), 'cloze-check-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const put = (file: string, content: string | Uint8Array) => {
  mkdirSync(join(data, file, '..'), { recursive: true });
  writeFileSync(join(data, file), content);
};
const lines = (...objects: object[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join('');

const check = (...args: string[]) =>
  spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@cloze/source', 'packages/cli/src/cli.ts', 'data', 'check', ...args],
    { encoding: 'utf8' },
  );

async function recordsOf(folder: string): Promise<readonly CheckRecord[]> {
  const records: CheckRecord[] = [];
  for await (const record of checkData(folder)) records.push(record);
  return records;
}

interface Counted {
  readonly within: { readonly rows: number };
  readonly labels: Readonly<Record<string, number>>;
  readonly characters: object;
}

describe('summariseLengths', () => {
  it('counts code points; median and 95 % by nearest rank', () => {
    expect(summariseLengths([])).toBeUndefined();
    expect(summariseLengths(['𠮷好'])).toEqual({ least: 2, median: 2, mean: 2, p95: 2, most: 2 });
    const texts = Array.from({ length: 40 }, (_, i) => '字'.repeat(40 - i));
    expect(summariseLengths(texts)).toEqual({ least: 1, median: 20, mean: 20.5, p95: 38, most: 40 });
  });
});

describe('checkData', () => {
  beforeAll(() => {
    put(
      'clue/ocnli/train.json',
      lines(
        { sentence1: '甲', sentence2: '乙', label: 'neutral', id: 1 },
        { sentence1: '甲', sentence2: ' 乙', label: 'entailment', id: 1 },
        { sentence1: '甲', sentence2: '丙', label: '-', id: 2 },
        { sentence1: '甲', label: 'yes', id: 3 },
      ),
    );
    put('clue/ocnli/dev.json', lines({ sentence1: '甲', sentence2: '乙', label: 'contradiction' }));
    put('clue/ocnli/notes.txt', 'mine');
    put('README.md', 'what lies here');
    put('whole/tnews/dev.json', lines({ sentence: '股市上涨', label: 104 }));
    put(
      'minimal-pairs/blimp/a.jsonl',
      lines({ UID: 'a', linguistics_term: 't', sentence_good: 'A b.', sentence_bad: 'A b.' }),
    );
    put('csl-title/dev.tsv', '');
    put('corpus/some.txt.gz', gzipSync('甲\n\n这是一篇\n这是 一篇\n'));
    put('corpus/some.valid.txt', '这是一篇\n另一篇\n');
    put('corpus/damaged.txt.gz', gzipSync('甲'.repeat(99)).subarray(0, 20));
    put('vocab/small.txt', '[PAD]\n[UNK]\n[CLS]\n[SEP]\n好\n\n好\n');
  });

  it('tells rows, bad lines, labels, lengths, duplicates, what splits and corpora share, and what was not read', async () => {
    const records = await recordsOf(data);
    const files = Object.fromEntries(records.flatMap((r) => (r.kind === 'file' ? [[r.file, r]] : [])));
    expect(files['clue/ocnli/train.json']).toEqual({
      kind: 'file',
      task: 'ocnli',
      file: 'clue/ocnli/train.json',
      split: 'train',
      lines: 4,
      rows: 2,
      problems: 1,
      dropped: 1,
      duplicates: 1,
      conflicts: 1,
      duplicate_ids: 1,
      characters: { least: 2, median: 2, mean: 2.5, p95: 3, most: 3 },
      labels: { entailment: 1, neutral: 1, contradiction: 0 },
      missing_labels: ['contradiction'],
    });
    expect(files['corpus/some.txt.gz']).toMatchObject({ lines: 4, rows: 3, dropped: 1, duplicates: 1, problems: 0 });
    expect(files['vocab/small.txt']).toMatchObject({ lines: 7, rows: 5, problems: 2 });
    expect(records.flatMap((r) => (r.kind === 'unread' ? [r.file] : []))).toEqual(['clue/ocnli/notes.txt']);
    expect(records.flatMap((r) => (r.kind === 'note' ? [r.file] : []))).toEqual(['README.md']);
    expect(files['whole/tnews/dev.json']).toMatchObject({ task: 'tnews', rows: 1 });
    expect(files['minimal-pairs/blimp/a.jsonl']).toMatchObject({ task: 'blimp', rows: 1, problems: 0, flaws: 1 });
    const across = records.flatMap((r) => (r.kind === 'across' ? [[r.file, r.other, r.duplicates, r.conflicts]] : []));
    expect(across).toEqual([
      ['clue/ocnli/dev.json', 'clue/ocnli/train.json', 1, 1],
      ['clue/ocnli/dev.json', 'corpus/some.txt.gz', 1, 0],
      ['corpus/some.valid.txt', 'corpus/some.txt.gz', 1, 0],
    ]);
    const problems = records.flatMap((r) => (r.kind === 'problem' ? [`${r.file}:${r.line} ${r.reason}`] : []));
    expect(problems).toEqual([
      'clue/ocnli/train.json:4 sentence2 is nothing, expected a text; label is "yes", expected one of the 3 labels entailment, neutral, contradiction',
      'csl-title/dev.tsv:0 the file is empty',
      'corpus/damaged.txt.gz:0 the file cannot be read: unexpected end of file',
      'minimal-pairs/blimp/a.jsonl:1 both sentences are the same text',
      'vocab/small.txt:0 [MASK] missing',
      'vocab/small.txt:6 the entry is empty',
      'vocab/small.txt:7 "好" is on line 5 too',
    ]);
  });

  it('as a command: JSON lines alone on stdout, problems and exit code 1; 2 for an unknown task; an absent one is an error', async () => {
    const bad = check(data, '--json');
    expect(bad.status).toBe(1);
    const records = bad.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(records.at(-1)).toMatchObject({ kind: 'summary', files: 8, problems: 7 });
    expect(bad.stderr).toContain('clue/ocnli/train.json:4: sentence2 is nothing');
    expect(check(data, '--tasks', 'tnew').status).toBe(2);
    await expect(checkCommand(['ocnli', 'tnews'], { data, json: true })).rejects.toThrow('holds no file of tnews');
  });
});

describe.skipIf(process.env.CLOZE_DATA === undefined)('checkData on the data of CLOZE_DATA', () => {
  it('reads every file but notes; rows and flaws of each equal Python’s, and no row is unusable; figures equal Python’s', async () => {
    const records = await recordsOf(process.env.CLOZE_DATA as string);
    expect(records.filter(({ kind }) => kind === 'unread')).toEqual([]);
    const counted = records.flatMap((record) => (record.kind === 'file' ? [record] : []));
    expect(counted.reduce((sum, { problems }) => sum + problems, 0)).toBe(0);
    // Counted by tooling/oracles/data_rows.py, which shares no code with the readers.
    expect(
      Object.fromEntries(
        counted.map(({ file, rows, flaws }) => [file, { rows, ...(flaws !== undefined && { flaws }) }]),
      ),
    ).toEqual(rowCounts);
    const files = new Map(
      records.flatMap((record) => (record.kind === 'file' ? [[record.file, record] as const] : [])),
    );
    for (const { name, folder } of clueTasks) {
      for (const [file, counted] of Object.entries(
        (counts as unknown as Record<string, { files: Record<string, Counted> }>)[name]?.files ?? {},
      )) {
        const { labels = {}, ...record } = files.get(`${folder}/${file}`) as FileRecord;
        expect(record, file).toMatchObject({ ...counted.within, characters: counted.characters });
        expect(Object.fromEntries(Object.entries(labels).filter(([, n]) => n > 0))).toEqual(counted.labels);
      }
    }
  });
});
