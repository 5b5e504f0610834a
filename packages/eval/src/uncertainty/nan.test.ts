import { describe, expect, it } from 'vitest';
import { stream } from '../../test/stream.ts';
import * as evaluation from '../index.ts';

const random = () => stream(1);
const good = [0.6, 0.59, 0.63, 0.61, 0.62];
const {
  bootstrapInterval,
  compareSystems,
  differenceOverSeeds,
  figureOverSeeds,
  holm,
  mcnemar,
  meanAndSd,
  meanInterval,
  pairedBootstrap,
  pairedPermutation,
  pairedT,
  welchT,
  wilcoxon,
} = evaluation;

/** Every function that says how sure a figure is, of one list of numbers. */
const tests: Readonly<Record<string, (values: readonly number[]) => unknown>> = {
  bootstrapInterval: (values) => bootstrapInterval(values, { random: random(), samples: 50 }),
  'bootstrapInterval of a statistic': (values) =>
    bootstrapInterval(values, { random: random(), samples: 50, statistic: (rows) => rows.reduce((a, b) => a + b) }),
  compareSystems: (values) =>
    compareSystems(
      [
        { name: 'a', values: good },
        { name: 'b', values },
      ],
      { test: (a, b) => pairedT(a, b).p },
    ),
  'compareSystems, a test that gives NaN': (values) =>
    compareSystems(
      [
        { name: 'a', values: good },
        { name: 'b', values: good },
      ],
      { test: () => values.reduce((sum, value) => sum + value) / 10 },
    ),
  differenceOverSeeds: (values) => differenceOverSeeds([values], [good], { random: random(), samples: 50 }),
  'differenceOverSeeds, the other': (values) =>
    differenceOverSeeds([good], [values], { random: random(), samples: 50 }),
  figureOverSeeds: (values) => figureOverSeeds([good, values], { random: random(), samples: 50 }),
  holm: (values) => holm(values),
  mcnemar: (values) => mcnemar(values, values),
  meanAndSd: (values) => meanAndSd(values),
  meanInterval: (values) => meanInterval(values),
  pairedBootstrap: (values) => pairedBootstrap(values, good, { random: random(), samples: 50 }),
  'pairedBootstrap, the other': (values) => pairedBootstrap(good, values, { random: random(), samples: 50 }),
  'pairedBootstrap of a statistic': (values) =>
    pairedBootstrap(values, good, { random: random(), samples: 50, statistic: (rows) => rows.reduce((a, b) => a + b) }),
  pairedPermutation: (values) => pairedPermutation(values, good, { random: random() }),
  'pairedPermutation of a statistic': (values) =>
    pairedPermutation(good, values, { random: random(), statistic: (rows) => rows.reduce((a, b) => a + b) }),
  pairedT: (values) => pairedT(values, good),
  welchT: (values) => welchT(good, values),
  wilcoxon: (values) => wilcoxon(values, good),
  wilsonInterval: (values) => evaluation.wilsonInterval(values.reduce((sum, value) => sum + value) / 5, 5),
  differenceSpread: (values) => evaluation.differenceSpread([good, values]),
  detectableDifference: (values) => {
    const rows = values.reduce((sum, value) => sum + value);
    return evaluation.detectableDifference({ rows, seeds: null, both: 0 }, { rows: 5, seeds: 2 });
  },
};

describe.each(Object.entries(tests))('%s', (_name, of) => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d, whatever stands beside it',
    (bad) => {
      for (const place of [0, 2, 4])
        expect(() => of(good.with(place, bad).slice(0, 5))).toThrow(/expected|must|is (NaN|-?Infinity)/);
      expect(() => of([bad, bad, bad, bad, bad])).toThrow(/expected|must|is (NaN|-?Infinity)/);
    },
  );
});

it('no function of uncertainty is left out above', () => {
  const covered = new Set(Object.keys(tests).map((name) => name.split(/[ ,]/)[0]));
  const pure = [
    'bootstrap',
    'Interval',
    'paired',
    'Seeds',
    'welch',
    'wilcoxon',
    'holm',
    'mcnemar',
    'compareSystems',
    'meanAndSd',
    'Spread',
    'Difference',
  ];
  const all = Object.keys(evaluation).filter((name) => pure.some((part) => name.includes(part)));
  expect(all.filter((name) => !covered.has(name))).toEqual([]);
});

describe('without spread', () => {
  it('one example resampled says nothing: two or more', () => {
    expect(() => pairedBootstrap([0.61], [0.6], { random: random() })).toThrow('expected at least two examples, got 1');
    expect(() => bootstrapInterval([0.61], { random: random() })).toThrow('expected at least two examples, got 1');
    expect(pairedPermutation([0.61], [0.6], { random: random() }).p).toBe(1);
  });
  it('rows that all differ alike are as sure as their number lets a permutation be', () => {
    const of = (n: number) =>
      differenceOverSeeds([new Array(n).fill(1)], [new Array(n).fill(0)], { random: random(), samples: 20 }).p;
    expect([of(1), of(2), of(5), of(11)]).toEqual([1, 0.5, 0.0625, 2 ** -10]);
    const permutation = pairedPermutation(new Array(5).fill(1), new Array(5).fill(0), { random: random() });
    expect(of(5)).toBe(permutation.p);
  });
});

it.each([95, 0, 1, -0.5, Number.NaN, Number.POSITIVE_INFINITY])('a level of %d is refused by all', (level) => {
  const message = /level must be a number above 0 and below 1/;
  expect(() => welchT(good, good, { level })).toThrow(message);
  expect(() => meanInterval(good, { level })).toThrow(message);
  expect(() => pairedT(good, good, { level })).toThrow(message);
  expect(() => bootstrapInterval(good, { level, random: random() })).toThrow(message);
  expect(() => pairedBootstrap(good, good, { level, random: random() })).toThrow(message);
  expect(() => figureOverSeeds([good], { level, random: random() })).toThrow(message);
  expect(() => differenceOverSeeds([good], [good], { level, random: random() })).toThrow(message);
});
