import { bert, diffusion, slotsFor } from '@cloze/masking';
import { expect, it } from 'vitest';
import { courseOf, stageEnds, stageOf, stageProblems } from './stages.ts';

it('divides the steps by shares, each rounded at its end, and leaves none out', () => {
  const numbers = (shares: readonly number[], steps: number) => {
    const of = stageOf(
      stageEnds(
        shares.map((share) => ({ share })),
        steps,
      ),
    );
    return Array.from({ length: steps }, (_, i) => of(i + 1));
  };
  expect(numbers([0.5, 0.5], 5)).toEqual([0, 0, 0, 1, 1]);
  expect(numbers([1 / 6, 2 / 3, 1 / 6], 6)).toEqual([0, 1, 1, 1, 1, 2]);
  // Shares of 0.1 add up to a little less than 1.
  expect(numbers(new Array(10).fill(0.1), 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('a rate goes from the mask’s own to another, and the room is that of the highest', () => {
  const course = courseOf({ ...bert, rate: 0.3 }, { share: 1, rateTo: 0.1 }, 5);
  const rates = [1, 2, 3, 4, 5].map((step) => course.policyAt(step));
  expect(rates.map((policy) => 'rate' in policy && policy.rate)).toEqual(
    [0.3, 0.25, 0.2, 0.15, 0.1].map((rate) => expect.closeTo(rate, 12)),
  );
  expect(course.slots(128)).toBe(slotsFor({ ...bert, rate: 0.3 }, 128));
  const cosine = courseOf(bert, { share: 1, rateTo: 0.45, rateCourse: 'cosine' }, 3);
  expect(cosine.policyAt(2)).toMatchObject({ rate: expect.closeTo(0.3, 12) });
  expect(cosine.slots(128)).toBe(slotsFor({ ...bert, rate: 0.45 }, 128));
  expect(courseOf(bert, { share: 1 }, 5).policyAt(3)).toBe(bert);
  expect(() => courseOf(diffusion, { share: 1, rateTo: 0.1 }, 5)).toThrow("'diffusion' does not");
  expect(stageProblems([{ share: 1, rateTo: 2, rateCourse: JSON.parse('"step"') }], undefined)).toEqual([
    'stage 1: rateTo must be in [0, 1], got 2',
    'stage 1: rateCourse must be one of linear, cosine, got step',
  ]);
  expect(stageProblems([{ share: 1, causal: true, rateTo: 0.1 }], undefined)).toEqual([
    'stage 1: a causal stage hides nothing, so leave its rateTo out',
  ]);
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
    "stage 2 has no 'rate'; there are share, mask, causal, rateTo, rateCourse",
    'stage 2: share must be above 0 and at most 1, got NaN',
    'stage 3: a causal stage hides nothing, so leave its mask out',
    "give 'mask' or 'stages', not both",
  ]);
  expect(stageProblems([{ share: 0.5 }, { share: 0.4 }], undefined)).toEqual([
    'the shares of the stages must add up to 1, got 0.9',
  ]);
  expect(stageProblems([], undefined)).toEqual(['stages must be a list of at least one stage, such as { share: 1 }']);
});
