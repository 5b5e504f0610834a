import { describe, expect, it } from 'vitest';
import { checkExamples } from './check-examples.ts';

const limits = { vocabularySize: 10, maximumLength: 3, labels: 2, batchSize: 2 };
const good = [
  { ids: [1, 2], label: 0 },
  { ids: Int32Array.of(9), label: 1 },
];

describe('checkExamples', () => {
  it('passes what fits', () => expect(() => checkExamples(good, limits)).not.toThrow());
  it('names every problem at once', () => {
    const bad = [
      ...good,
      { ids: [], label: 0, id: 'poem 2' },
      { ids: [1, 2, 3, 4], label: 0 },
      { ids: [1, 10], label: 1 },
      { ids: [1], label: 2 },
      { ids: [1] },
    ];
    expect(() => checkExamples(bad, limits)).toThrow(
      'checkExamples: poem 2: has no tokens; 3 (4 tokens): is longer than the position table of 3 rows; ' +
        '4 (10 at 1): has an id outside the 10 tokens; 5 (2), 6 (undefined): has a label that is none of 0 to 1.',
    );
  });
  it('counts what it does not name', () => {
    const many = Array.from({ length: 9 }, () => ({ ids: [] }));
    expect(() => checkExamples(many, { vocabularySize: 5, maximumLength: 5 })).toThrow(
      '0, 1, 2, 3, 4 and 4 more: has no tokens',
    );
  });
  it('refuses fewer examples than a batch', () => {
    expect(() => checkExamples([], limits)).toThrow('0 examples: is fewer than a batch of 2');
  });
});
