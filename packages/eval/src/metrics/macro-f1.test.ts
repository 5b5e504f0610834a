import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { macroF1 } from './macro-f1.ts';
import { microF1 } from './micro-f1.ts';

const { classification } = oracle<{
  classification: {
    labels: number[];
    predictions: number[];
    few: number[];
    macroF1: number;
    microF1: number;
    fewMacroF1: number;
    fewMicroF1: number;
  };
}>('metrics');

it('equals scikit-learn, over all classes and over some', () => {
  const { labels, predictions, few, ...expected } = classification;
  expect(macroF1(predictions, labels)).toBeCloseTo(expected.macroF1, 12);
  expect(microF1(predictions, labels)).toBeCloseTo(expected.microF1, 12);
  expect(macroF1(predictions, labels, few)).toBeCloseTo(expected.fewMacroF1, 12);
  expect(microF1(predictions, labels, few)).toBeCloseTo(expected.fewMicroF1, 12);
});

it('a class that nobody names counts 0', () => {
  expect(macroF1(['a'], ['a'], ['a', 'b'])).toBe(0.5);
  expect(microF1(['a'], ['a'], ['b'])).toBe(0);
});
