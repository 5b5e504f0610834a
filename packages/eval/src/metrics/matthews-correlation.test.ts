import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { matthewsCorrelation } from './matthews-correlation.ts';

const { classification } = oracle<{
  classification: { labels: number[]; predictions: number[]; matthews: number; binaryMatthews: number };
}>('metrics');

it('equals scikit-learn for five classes and for two', () => {
  const { labels, predictions, matthews, binaryMatthews } = classification;
  expect(matthewsCorrelation(predictions, labels)).toBeCloseTo(matthews, 12);
  const is100 = (names: number[]) => names.map((name) => Number(name === 100));
  expect(matthewsCorrelation(is100(predictions), is100(labels))).toBeCloseTo(binaryMatthews, 12);
});

it('is 1 for perfect, −1 for opposite, 0 for constant predictions', () => {
  expect(matthewsCorrelation([0, 1, 1], [0, 1, 1])).toBe(1);
  expect(matthewsCorrelation([1, 0, 0], [0, 1, 1])).toBe(-1);
  expect(matthewsCorrelation([1, 1, 1], [0, 1, 1])).toBe(0);
});
