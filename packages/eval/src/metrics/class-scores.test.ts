import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { classScores } from './class-scores.ts';

const { classification } = oracle<{
  classification: {
    names: number[];
    labels: number[];
    predictions: number[];
    perClass: { precision: number; recall: number; f1: number; support: number }[];
  };
}>('metrics');

it('equals scikit-learn for each class, also one never predicted and one never meant', () => {
  const scores = classScores(classification.predictions, classification.labels, classification.names);
  expect(scores.map(({ name }) => name)).toEqual(classification.names);
  for (const [i, expected] of classification.perClass.entries()) {
    expect(scores[i]?.precision).toBeCloseTo(expected.precision, 12);
    expect(scores[i]?.recall).toBeCloseTo(expected.recall, 12);
    expect(scores[i]?.f1).toBeCloseTo(expected.f1, 12);
    expect(scores[i]?.support).toBe(expected.support);
  }
});

it('refuses a class named twice', () => {
  expect(() => classScores([1], [1], [1, 1])).toThrow('names one twice: 1, 1');
});
