import { expect, it } from 'vitest';
import { babyLm } from '../../recipes/babylm.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { judgeRecipe } from './judge-recipe.ts';
import { leaderboardFiles } from './leaderboard.ts';
import { publishedCells } from './published-cells.ts';

const recipe = babyLm;
const run = (seed: number, set: string, right: number): RunRecord => {
  const examples = Array.from({ length: 10 }, (_, i) => (i < right ? 100 : 0));
  const score = { set, metric: 'accuracy', value: 10 * right, n: 10, higherIsBetter: true, examples };
  const spec = {
    recipe: 'babylm',
    arm: `bert.${set}`,
    row: 'BERT',
    seed,
    size: 'laptop',
    settings: {},
    data: 'folder',
  };
  return { folder: '', spec, manifest: { data: [] } as never, steps: [], scores: [score], measures: {} } as RunRecord;
};
const judged = judgeRecipe(recipe, [run(1, 'zhoblimp', 7), run(1, 'tnews', 5), run(2, 'tnews', 9)]);

it('writes what the leaderboard takes: shares of 1 of the first seed, and says what is not there', () => {
  const [file, ...more] = leaderboardFiles(judged);
  expect(more).toEqual([]);
  expect(JSON.parse(String(file?.text))).toEqual({ zhoblimp: { accuracy: 0.7 }, tnews: { accuracy: 0.5 } });
  expect(file?.lacking).toEqual([
    'ocnli',
    'afqmc',
    'cluewsc2020',
    'hanzi_structure',
    'hanzi_pinyin',
    'word_fmri',
    'fmri',
  ]);
});

it('our rows stand above those that can be compared, with intervals, and each of their cells says what differs', () => {
  const [table] = recipe.published;
  if (!table) throw new Error('babylm has a published table');
  const { head, body } = publishedCells(judged, table);
  const [ours = [], theirs = []] = body;
  expect(head).toEqual(['', 'zhoblimp', 'ocnli', 'tnews', 'afqmc', 'cluewsc2020']);
  expect(ours[0]).toBe('ours: BERT');
  expect(ours[1]).toMatch(/^70\.0 \([34]\d\.0 to \d+\.0; 1 seed\)$/);
  expect(ours[2]).toBe('-');
  expect(ours[3]).toMatch(/^70\.0 \(.*; 2 seeds\)$/);
  expect(theirs[1]).toBe('59.19 (all 118 paradigms, ours 59; a tie goes to the first, here to the bad one)');
});
