import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-compare-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(folder: string, { loss = 0.5, seconds = 1, prediction = 'a', value = 50 } = {}) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'spec.json'), '{"seed":1}\n');
  writeFileSync(join(folder, 'predictions.jsonl'), `${JSON.stringify({ prediction })}\n`);
  writeFileSync(join(folder, 'scores.json'), JSON.stringify({ scores: [{ value }], measures: { seconds } }));
  writeFileSync(join(folder, 'steps.jsonl'), `${JSON.stringify({ phase: 'tune', step: 1, loss, seconds })}\n`);
  writeFileSync(join(folder, 'manifest.json'), '{}');
}

it('finds every difference but those of the clock', () => {
  const [one, other] = [join(root, 'one'), join(root, 'other')];
  for (const run of ['same', 'slower', 'loss', 'prediction', 'score', 'missing', 'unfinished'])
    write(join(one, 'recipe', run));
  cpSync(one, other, { recursive: true });
  write(join(other, 'recipe', 'slower'), { seconds: 9 });
  write(join(other, 'recipe', 'loss'), { loss: 0.6 });
  write(join(other, 'recipe', 'prediction'), { prediction: 'b' });
  write(join(other, 'recipe', 'score'), { value: 51 });
  write(join(other, 'recipe', 'more'));
  rmSync(join(other, 'recipe', 'missing'), { recursive: true });
  rmSync(join(other, 'recipe', 'unfinished', 'manifest.json'));
  expect(compareRuns(one, other).map((text) => text.replace('recipe/', ''))).toEqual([
    'missing is missing',
    'more is more than was asked',
    'loss computed something else',
    'prediction computed something else',
    'score computed something else',
    'unfinished is not finished',
  ]);
});
