import { bert } from '@cloze/masking';
import { expect, it } from 'vitest';
import { stageOf, stageProblems } from './stages.ts';

it('divides the steps by shares, each rounded at its end, and leaves none out', () => {
  const numbers = (shares: readonly number[], steps: number) => {
    const of = stageOf(
      shares.map((share) => ({ share })),
      steps,
    );
    return Array.from({ length: steps }, (_, i) => of(i + 1));
  };
  expect(numbers([0.5, 0.5], 5)).toEqual([0, 0, 0, 1, 1]);
  expect(numbers([1 / 6, 2 / 3, 1 / 6], 6)).toEqual([0, 1, 1, 1, 1, 2]);
  // Shares of 0.1 add up to a little less than 1.
  expect(numbers(new Array(10).fill(0.1), 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('names everything wrong with stages', () => {
  expect(stageProblems(undefined, bert)).toEqual([]);
  expect(
    stageProblems(
      [
        { share: 0.3, mask: bert },
        { share: 0.7, causal: true },
      ],
      undefined,
    ),
  ).toEqual([]);
  const odd = [{ share: 0 }, { share: Number.NaN, rate: 1 }, { share: 0.5, causal: true, mask: bert }];
  expect(stageProblems(odd, bert)).toEqual([
    'stage 1: share must be above 0 and at most 1, got 0',
    "stage 2 has no 'rate'; there are share, mask, causal",
    'stage 2: share must be above 0 and at most 1, got NaN',
    'stage 3: a causal stage hides nothing, so leave its mask out',
    "give 'mask' or 'stages', not both",
  ]);
  expect(stageProblems([{ share: 0.5 }, { share: 0.4 }], undefined)).toEqual([
    'the shares of the stages must add up to 1, got 0.9',
  ]);
  expect(stageProblems([], undefined)).toEqual(['stages must be a list of at least one stage, such as { share: 1 }']);
});
