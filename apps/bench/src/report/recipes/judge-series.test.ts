import { describe, expect, it } from 'vitest';
import { babyLm } from '../../recipes/babylm.ts';
import { dropToken } from '../../recipes/drop-token.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { judgeSeries } from './judge-series.ts';
import { titleOf } from './title-of.ts';

const recipe = dropToken;

interface Made {
  readonly sha256?: string;
  readonly task?: string;
  readonly rate?: number;
  readonly steps?: number;
  readonly length?: number;
  /** Hash of the dev file. */
  readonly dev?: string;
}

const run = (
  seed: number,
  value: number,
  { sha256 = 'aaaaaaaaaa', task = 'tnews', rate = 0, steps = 100, length = 32, dev = 'dddddddddd' }: Made = {},
): RunRecord => ({
  folder: `${seed}`,
  spec: {
    recipe: 'drop-token',
    arm: `${task}.drop-${rate.toFixed(2)}`,
    row: `DropToken ${rate.toFixed(2)}`,
    seed,
    size: 'laptop',
    settings: { task, rate, tune: { length, train: { steps } } },
    data: 'folder',
    encoder: { name: 'folder', sha256 },
  },
  manifest: { data: [{ path: `clue/${task}/dev.json`, bytes: 1, sha256: dev }] } as never,
  steps: [],
  scores: [{ set: task, metric: 'accuracy', value, n: 1, higherIsBetter: true, examples: [value] }],
  measures: {},
});

const judged = (...records: RunRecord[]) =>
  judgeSeries(recipe, records).map((one) => [titleOf(one), ...one.cells.map(({ mean }) => mean)]);

describe('judgeSeries', () => {
  it('seeds and arms under the same conditions are one table', () => {
    expect(judged(run(1, 10), run(2, 20), run(1, 40, { rate: 0.1 }))).toEqual([['drop-token', 15, 40]]);
    expect(judged()).toEqual([]);
  });

  it('runs from two encoders are two tables, never a mean: the same seed, another seed, or another arm', () => {
    const other = { sha256: 'bbbbbbbbbb' };
    const apart = (value: number) => [
      ['drop-token, from aaaaaaaa', 10],
      ['drop-token, from bbbbbbbb', value],
    ];
    expect(judged(run(1, 10), run(1, 30, other))).toEqual(apart(30));
    expect(judged(run(1, 10), run(2, 30, other))).toEqual(apart(30));
    expect(judged(run(1, 10), run(1, 50, { ...other, rate: 0.1 }))).toEqual(apart(50));
  });

  it('an encoder that is given stands for a pretraining on streamed text: its settings tell no tables apart', () => {
    const of = (seed: number, maxSteps: number, given: boolean): RunRecord => {
      const { spec, ...rest } = run(seed, 10 * seed);
      const { encoder, ...told } = spec;
      const settings = { ...{ task: 'tnews', pretraining: { maxSteps }, text: { words: maxSteps }, pretrainSeed: 1 } };
      const own = { ...told, recipe: 'babylm', arm: 'bert.tnews', row: 'BERT', settings };
      return { ...rest, spec: given && encoder ? { ...own, encoder } : own };
    };
    const tables = judgeSeries(babyLm, [of(1, 50, true), of(2, 60, true), of(3, 50, false), of(4, 70, false)]);
    expect(tables.map((one) => [titleOf(one), one.cells.map(({ mean }) => mean)])).toEqual([
      ['babylm, from aaaaaaaa', [15]],
      ['babylm, pretraining.maxSteps 50', [30]],
      ['babylm, pretraining.maxSteps 70', [40]],
    ]);
  });

  it('runs with other settings are two tables that say what differs, in one condition where that will do', () => {
    const longer = { steps: 400, length: 64 };
    expect(judged(run(1, 10), run(2, 30, longer)).map(([title]) => title)).toEqual([
      'drop-token, tune.train.steps 100',
      'drop-token, tune.train.steps 400',
    ]);
    expect(judged(run(1, 10), run(1, 20, { length: 64 }), run(1, 30, longer)).map(([title]) => title)).toEqual([
      'drop-token, tune.length 32',
      'drop-token, tune.length 64, tune.train.steps 100',
      'drop-token, tune.train.steps 400',
    ]);
    expect(judged(run(1, 10), run(2, 30, { steps: 400 }))).toEqual([
      ['drop-token, tune.train.steps 100', 10],
      ['drop-token, tune.train.steps 400', 30],
    ]);
  });

  it('tasks told their own settings stay together beside another encoder', () => {
    const csl = { task: 'csl', steps: 400 };
    const other = { sha256: 'bbbbbbbbbb', steps: 7 };
    expect(judged(run(1, 10), run(1, 30, csl), run(1, 50, other), run(2, 20))).toEqual([
      ['drop-token, from aaaaaaaa', 15, 30],
      ['drop-token, from bbbbbbbb', 50],
    ]);
  });

  it('runs that read other dev files under one name are two tables, whichever arm or seed has them', () => {
    const other = { dev: 'eeeeeeeeee' };
    const apart = (value: number) => [
      ['drop-token, clue/tnews/dev.json dddddddd', 10],
      ['drop-token, clue/tnews/dev.json eeeeeeee', value],
    ];
    expect(judged(run(1, 10), run(2, 30, other))).toEqual(apart(30));
    expect(judged(run(1, 10), run(1, 50, { ...other, rate: 0.1 }))).toEqual(apart(50));
    // Another task's file has its own name, and fills another column.
    expect(judged(run(1, 10), run(1, 30, { ...other, task: 'csl' }))).toEqual([['drop-token', 10, 30]]);
  });

  it('a seed that is there twice counts once, and is told', () => {
    const [again, first] = [{ ...run(1, 90), folder: 'again' }, run(1, 10)];
    const [one] = judgeSeries(recipe, [first, again, run(2, 20)]);
    expect(one?.cells[0]).toMatchObject({ mean: 15, seeds: [{ seed: 1 }, { seed: 2 }] });
    expect(one?.twice?.map(({ folder }) => folder)).toEqual(['again']);
  });

  it('conditions that fill different columns stay in one table', () => {
    const csl = { task: 'csl', steps: 400, sha256: 'bbbbbbbbbb' };
    expect(judged(run(1, 10), run(1, 30, csl))).toEqual([['drop-token', 10, 30]]);
  });
});
