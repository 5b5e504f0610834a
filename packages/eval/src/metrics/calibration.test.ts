import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { calibration } from './calibration.ts';

const fixture = oracle<{
  calibration: {
    confidence: number[];
    right: number[];
    expected: { bins: number; error: number; maximum: number; counts: number[] }[];
  };
}>('metrics').calibration;

it("equals scikit-learn's diagram, also for confidences on an edge", () => {
  for (const { bins, error, maximum, counts } of fixture.expected) {
    const got = calibration(fixture.confidence, fixture.right, { bins });
    expect(got.bins.map(({ count }) => count)).toEqual(counts);
    expect(got.error).toBeCloseTo(error, 12);
    expect(got.maximum).toBeCloseTo(maximum, 12);
  }
});

it('counts a confidence on an edge in the bar below it, however the edge rounds', () => {
  for (let bins = 1; bins <= 100; bins++) {
    for (let bar = 1; bar <= bins; bar++) {
      const edge = Math.min(1, bar * (1 / bins));
      expect(calibration([edge], [true], { bins }).bins[bar - 1]?.count, `${bar} of ${bins}`).toBe(1);
    }
  }
});

it('is 0 when confidence is always right, 1 when certainty is always wrong', () => {
  expect(calibration([1, 1], [true, true]).error).toBe(0);
  expect(calibration([1, 1], [false, false])).toMatchObject({ error: 1, maximum: 1 });
});

it('refuses what is no probability', () => {
  expect(() => calibration([1.5], [true])).toThrow('confidences[0] is 1.5');
  expect(() => calibration([0.5], [true], { bins: 0 })).toThrow('got 0');
});
