import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { accuracy } from './accuracy.ts';

const { classification } = oracle<{ classification: { labels: number[]; predictions: number[]; accuracy: number } }>(
  'metrics',
);

it('equals scikit-learn', () => {
  expect(accuracy(classification.predictions, classification.labels)).toBeCloseTo(classification.accuracy, 12);
});

it('refuses lists of different length, and none', () => {
  expect(() => accuracy([1], [])).toThrow('1 and 0');
  expect(() => accuracy([], [])).toThrow('at least one');
});
