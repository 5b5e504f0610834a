import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tnews, writeSubmission } from '@cloze/datasets';
import { readSplit } from '@cloze/datasets/node';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitCommand } from './submit-command.ts';

const data = mkdtempSync(join(tmpdir(), 'cloze-submit-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(join(data, 'clue/tnews'), { recursive: true });
  writeFileSync(
    join(data, 'clue/tnews/test.json'),
    '{"id": 4, "sentence": "一"}\n{"id": 2, "sentence": "二\u2028三"}\n',
  );
});

describe('cloze data submit', () => {
  it('packs right files under their official names', async () => {
    const { name, text } = writeSubmission(tnews, readSplit(tnews, data, 'test'), ['100', '116']);
    const [path, out] = [join(data, name), join(data, 'submit_us_20261125.zip')];
    writeFileSync(path, text);
    await submitCommand([path], { data, out, json: true });
    const packed = unzipSync(readFileSync(out));
    expect(Object.entries(packed).map(([file, bytes]) => [file, new TextDecoder().decode(bytes)])).toEqual([
      [name, text],
    ]);
    expect(readdirSync(data).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('packs every file of a current test set in a folder, and older ones only when they are named', async () => {
    const runs = mkdtempSync(join(tmpdir(), 'cloze-runs-'));
    const { name, text } = writeSubmission(tnews, readSplit(tnews, data, 'test'), ['100', '116']);
    mkdirSync(join(runs, 'clue/tnews-1'), { recursive: true });
    await expect(submitCommand([runs], { data, json: true })).rejects.toThrow('has no file of predictions');
    writeFileSync(join(runs, 'clue/tnews-1', name), text);
    writeFileSync(join(runs, 'clue/tnews-1/tnews10_predict.json'), 'x');
    const out = join(runs, 'submit_us_20261130.zip');
    await submitCommand([runs], { data, out, json: true });
    expect(Object.keys(unzipSync(readFileSync(out)))).toEqual([name]);
    rmSync(runs, { recursive: true });
  });

  it('packs nothing when anything is wrong, and names all of it', async () => {
    const [short, unknown, out] = ['tnews11_predict.json', 'tnews_predict.json', 'submit_us_1.zip'].map((file) =>
      join(data, file),
    ) as [string, string, string];
    writeFileSync(short, '{"id": 4, "label": 100}\n');
    const message = await submitCommand([short, unknown, short, join(data, 'csl_predict.json')], {
      data,
      out,
      json: true,
    }).catch((error: Error) => error.message);
    expect(message).toContain('nothing was packed, problems: 5.');
    expect(message).toContain('tnews11_predict.json:1: label is 100, expected a string');
    expect(message).toContain('tnews11_predict.json: 1 lines, clue/tnews/test.json has 2');
    expect(message).toContain('tnews_predict.json: no task is handed in under this name');
    expect(message).toContain('tnews11_predict.json: the file is given twice');
    expect(message).toMatch(/csl_predict.json: .*csl_predict.json is not there/);
    expect(readdirSync(data)).not.toContain('submit_us_1.zip');
    await expect(submitCommand([short], { data, out: 'mine.zip', json: true })).rejects.toThrow('submit_TEAM_DATE.zip');
  });
});
