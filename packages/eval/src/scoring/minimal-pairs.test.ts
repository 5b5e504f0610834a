import { expect, it } from 'vitest';
import { wilsonInterval } from '../uncertainty/wilson-interval.ts';
import { minimalPairs } from './minimal-pairs.ts';

const share = (accuracy: number, pairs: number, ties: number) => ({
  pairs,
  ties,
  accuracy,
  ...wilsonInterval(accuracy, pairs),
});

it('counts pairs, groups and paradigms; a tie counts half and is told', () => {
  const pairs = [
    { good: -1, bad: -2, group: 'agreement', paradigm: 'number' },
    { good: -3, bad: -2, group: 'agreement', paradigm: 'gender' },
    { good: -2, bad: -2, group: 'agreement', paradigm: 'number' },
    { good: -1, bad: -9, group: 'classifier' },
  ];
  expect(minimalPairs(pairs)).toEqual({
    ...share(2.5 / 4, 4, 1),
    macro: (1.5 / 3 + 1) / 2,
    groups: [
      { name: 'agreement', ...share(0.5, 3, 1) },
      { name: 'classifier', ...share(1, 1, 0) },
    ],
    paradigms: [
      { name: 'number', group: 'agreement', ...share(0.75, 2, 1) },
      { name: 'gender', group: 'agreement', ...share(0, 1, 0) },
    ],
    right: [true, false, false, true],
    worth: [1, 0, 0.5, 1],
  });
});

it('a wider share has a wider interval', () => {
  const pairs = Array.from({ length: 20 }, (_, i) => ({ good: i % 4, bad: 1.5 }));
  const [narrow, wide] = [minimalPairs(pairs, { level: 0.5 }), minimalPairs(pairs, { level: 0.99 })];
  expect(narrow.accuracy).toBe(0.5);
  expect(wide.high - wide.low).toBeGreaterThan(2 * (narrow.high - narrow.low));
});

it('refuses none, and scores that are not finite', () => {
  expect(() => minimalPairs([])).toThrow('got none');
  expect(() => minimalPairs([{ good: Number.NaN, bad: 0 }])).toThrow('good[0] is NaN');
  expect(() => minimalPairs([{ good: 1, bad: 0 }], { level: 2 })).toThrow('level');
});
