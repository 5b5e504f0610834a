import { expect, it } from 'vitest';
import { minimalPairs } from './minimal-pairs.ts';

it('counts pairs and groups; a tie is a miss', () => {
  const pairs = [
    { good: -1, bad: -2, group: 'agreement' },
    { good: -3, bad: -2, group: 'agreement' },
    { good: -2, bad: -2, group: 'agreement' },
    { good: -1, bad: -9, group: 'classifier' },
  ];
  expect(minimalPairs(pairs)).toEqual({
    accuracy: 0.5,
    macro: (1 / 3 + 1) / 2,
    groups: [
      { name: 'agreement', pairs: 3, accuracy: 1 / 3 },
      { name: 'classifier', pairs: 1, accuracy: 1 },
    ],
    right: [true, false, false, true],
  });
});

it('refuses none, and scores that are not finite', () => {
  expect(() => minimalPairs([])).toThrow('got none');
  expect(() => minimalPairs([{ good: Number.NaN, bad: 0 }])).toThrow('good[0] is NaN');
});
