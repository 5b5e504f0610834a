import { describe, expect, it } from 'vitest';
import { dropToken } from '../../recipes/drop-token.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { scoreSet } from '../../runs/score-set.ts';
import { directionRows } from './direction-rows.ts';
import { htmlReport } from './html-report.ts';
import { judgeRecipe, markOf } from './judge-recipe.ts';
import { markdownReport } from './markdown-report.ts';
import { terminalReport } from './terminal-report.ts';

const recipe = dropToken;

/** A record of a made-up run: right on the examples whose number `right` says. */
function record(row: string, seed: number, right: (i: number) => boolean, set = 'iflytek'): RunRecord {
  const lines = Array.from({ length: 200 }, (_, id) => ({ id, label: 'a', prediction: right(id) ? 'a' : 'b' }));
  return {
    folder: `${row}-${seed}`,
    spec: { recipe: 'drop-token', arm: `${set}.${row}`, row, seed, size: 'tiny', settings: {}, data: 'poems' },
    manifest: {
      machine: { cores: 2, processor: 'none' },
      engine: { name: 'reference', version: '1', threads: 1 },
    } as never,
    steps: [{ phase: `fine-tune ${set}`, step: 1, loss: 2 - seed / 10 }],
    scores: scoreSet({ name: set, kind: 'class', lines }),
    measures: { seconds: seed },
  };
}
const baseline = [1, 2, 3].map((seed) => record('DropToken 0.00', seed, (i) => i % 2 === 0 || (i + seed) % 50 === 0));
const better = [1, 2, 3].map((seed) =>
  record('DropToken 0.10', seed, (i) => i % 2 === 0 || i % 10 < 3 || (i + seed) % 50 === 0),
);
const same = [1, 2, 3].map((seed) => record('DropToken 0.25', seed, (i) => i % 2 === 0 || (i + seed + 7) % 50 === 0));

describe('judgeRecipe', () => {
  const judged = judgeRecipe(recipe, [...same, ...better, ...baseline]);
  const cellOf = (row: string) => judged.cells.find((cell) => cell.row === row) as (typeof judged.cells)[number];
  const [column] = judged.columns;

  it('rows stand in the order of the recipe, with mean and deviation over seeds', () => {
    expect(judged.rows).toEqual(['DropToken 0.00', 'DropToken 0.10', 'DropToken 0.25']);
    const values = baseline.map(({ scores }) => scores[0]?.value as number);
    const mean = values.reduce((a, b) => a + b) / 3;
    expect(cellOf('DropToken 0.00').mean).toBeCloseTo(mean, 10);
    expect(cellOf('DropToken 0.00').sd).toBeCloseTo(
      Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2),
      10,
    );
    expect(cellOf('DropToken 0.00').against).toBeUndefined();
  });
  it('marks a difference that examples show, and none that they do not', () => {
    expect(markOf(cellOf('DropToken 0.10'), column as never)).toBe('▲▲');
    expect(markOf(cellOf('DropToken 0.25'), column as never)).toBe('');
    const { difference, low, high, p, adjustedP } = cellOf('DropToken 0.10').against as never as Record<string, number>;
    expect(difference).toBeGreaterThan(5);
    expect(low).toBeLessThan(difference as number);
    expect(high).toBeGreaterThan(difference as number);
    expect(low).toBeGreaterThan(0);
    expect(adjustedP).toBeGreaterThanOrEqual(p as number);
  });
  it('the sign of a mark follows what is better: a loss that falls is better', () => {
    const cell = { row: 'a', column: 'a', seeds: [1, 2].map((seed) => ({ seed, value: 1 })), mean: 1, sd: 0 };
    const against = { difference: -1, low: -2, high: -0.5, adjustedP: 0.03, seeds: 3, n: 9, seedsCovered: true };
    expect(markOf({ ...cell, against }, { higherIsBetter: false } as never)).toBe('▲');
    expect(markOf({ ...cell, against }, { higherIsBetter: true } as never)).toBe('▼');
    expect(markOf({ ...cell, against: { ...against, seedsCovered: false } }, { higherIsBetter: true } as never)).toBe(
      '',
    );
  });
  it('compares on shared seeds only, and the same records give the same figures', () => {
    const fewer = judgeRecipe(recipe, [...better.slice(0, 2), ...baseline]);
    const expected =
      better
        .slice(0, 2)
        .reduce(
          (sum, { scores }, i) => sum + (scores[0]?.value as number) - (baseline[i]?.scores[0]?.value as number),
          0,
        ) / 2;
    expect(fewer.cells.find(({ row }) => row === 'DropToken 0.10')?.against?.difference).toBeCloseTo(expected, 10);
    expect(judgeRecipe(recipe, [...same, ...better, ...baseline]).cells).toEqual(judged.cells);
  });
  it('published differences stand beside ours with a verdict that needs significance', () => {
    const rows = directionRows(judged);
    expect(rows.find(({ row }) => row === 'DropToken 0.10')).toMatchObject({ verdict: 'found' });
    expect(rows.find(({ row }) => row === 'DropToken 0.10')?.published).toBeCloseTo(0.5, 6);
    expect(rows.find(({ row }) => row === 'DropToken 0.25')?.verdict).toBe('too-small');
  });
  it('reports as tables, Markdown and a page without script or network, text from records escaped', async () => {
    const hostile = record('<script>x', 1, () => true);
    const all = judgeRecipe(recipe, [...better, ...baseline, hostile]);
    expect(terminalReport([all])).toContain('▲▲');
    expect(markdownReport([all])).toMatch(/\| DropToken 0\.10 \| \d+\.\d\d ± \d+\.\d\d▲▲ \|/);
    const html = await htmlReport([all], { unfinished: [{ folder: 'a', reason: '<img src=x>' }] });
    expect(html).not.toMatch(/<img|(src|href)="https?:/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('data:text/csv');
    expect(html.match(/<svg/g)?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a benchmark’s average', () => {
  const sets = ['a', 'b'];
  const averaged = { ...recipe, average: sets };
  const of = (names: readonly string[], seed: number) =>
    names.map((set, i) => record('DropToken 0.00', seed, (id) => id % (i + 2) === 0, set));
  it('is the mean of its sets on a seed, where all of them ran', () => {
    const judged = judgeRecipe(averaged, [...of(sets, 1), ...of(['a'], 2)]);
    const [cell, ...more] = judged.cells.filter(({ column }) => column === 'average');
    expect(more).toEqual([]);
    expect(cell?.seeds).toEqual([{ seed: 1, value: expect.closeTo((50 + 33.5) / 2, 6) }]);
    expect(judged.columns.find(({ name }) => name === 'average')).toMatchObject({ n: 2, metric: 'mean of tasks' });
    expect(judgeRecipe(averaged, of(['a'], 1)).columns.map(({ name }) => name)).toEqual(['a']);
  });
});
