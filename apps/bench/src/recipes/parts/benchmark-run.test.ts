import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@cloze/models/node';
import { afterAll, expect, it } from 'vitest';
import { benchmarkSizes, runBenchmark } from './benchmark-run.ts';
import { dataFolder } from './data-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-benchmark-run-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const put = (file: string, rows: readonly object[]) => {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
};

// The first rows of a file that is sorted, or has many classes, lack some of those that dev has.
const news = (label: number) => ({ sentence: `第${label}条新闻`, label: String(label) });
const named = (type: string) => ({ text: '小明在北京', label: { [type]: { 北京: [[3, 4]] } } });
put('clue/tnews/train.json', [100, 101, 102, 103].map(news));
put('clue/tnews/dev.json', [103, 100].map(news));
put('clue/tnews/test.json', [{ id: 0, sentence: '一条新闻' }]);
put('clue/cluener/train.json', ['address', 'address', 'scene'].map(named));
put('clue/cluener/dev.json', ['scene', 'address'].map(named));

it('classes and tags that only the rest of train has are known', async () => {
  const { engine } = await openEngine();
  for (const task of ['tnews', 'cluener']) {
    const folder = mkdtempSync(join(root, 'run-'));
    const lab = {
      ...{ engine, placement: {}, seed: 1, folder, data: dataFolder(root), encoder: undefined },
      ...{ signal: new AbortController().signal, rewind: () => {}, log: () => {}, say: () => {}, now: () => 0 },
    };
    const limits = { train: 2, dev: 2 };
    const { predictions } = await runBenchmark(lab, { ...benchmarkSizes(task).tiny, batch: 2, limits });
    expect(predictions.map(({ lines }) => lines.length)).toEqual([2]);
  }
  engine.dispose();
}, 60_000);
