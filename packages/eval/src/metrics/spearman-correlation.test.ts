import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { averageRanks } from './average-ranks.ts';
import { spearmanCorrelation } from './spearman-correlation.ts';

const { correlation } = oracle<{ correlation: { x: number[]; y: number[]; ranks: number[]; spearman: number } }>(
  'metrics',
);

it('ranks ties at their mean, as SciPy does', () => {
  expect([...averageRanks(correlation.x)]).toEqual(correlation.ranks);
  expect([...averageRanks([5, 1, 5, 5])]).toEqual([3, 1, 3, 3]);
});

it('equals SciPy with ties on both sides', () => {
  expect(spearmanCorrelation(correlation.x, correlation.y)).toBeCloseTo(correlation.spearman, 12);
});
