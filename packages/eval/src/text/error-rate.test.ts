import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { errorRate } from './error-rate.ts';

const fixture = oracle<{ texts: { candidate: string; reference: string }[]; errorRate: number }>('metrics');

it('equals the character error rate of jiwer', () => {
  const { texts } = fixture;
  expect(
    errorRate(
      texts.map(({ candidate }) => candidate),
      texts.map(({ reference }) => reference),
    ),
  ).toBeCloseTo(fixture.errorRate, 12);
});

it('counts words with a tokenizer of words, and can exceed 1', () => {
  const tokenize = (text: string) => text.split(' ');
  expect(errorRate(['a b c'], ['a d'], { tokenize })).toBe(1);
  expect(errorRate(['a b c d'], ['e'], { tokenize })).toBe(4);
  expect(() => errorRate(['a'], [''])).toThrow('no token');
});
