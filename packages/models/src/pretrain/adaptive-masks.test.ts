import { bert, inProportion, mntp, slotsFor, wholeWord } from '@cloze/masking';
import { expect, it } from 'vitest';
import { adaptable, adaptiveProblems, adaptiveWeights } from './adaptive-masks.ts';

const ids = Int32Array.of(0, 1, 2, 3);
/** Token 0 is asked three times and always right, token 1 twice and never, 2 once and right, 3 not at all; two slots are empty. */
const asked = {
  targets: Int32Array.of(0, 0, 0, 1, 1, 2, 3, 3),
  weights: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0),
};
const right = [1, 1, 1, 0, 0, 1, 1, 1];
const chancesOf = (weights: readonly number[]) => Array.from(inProportion(weights)(ids, 0.2));
/** The authors' rule, written out. */
const after = (weights: readonly number[], keep: number, times = 1) =>
  weights.map((weight, id) => {
    const [hits, count] = [
      [3, 3],
      [0, 2],
      [1, 1],
      [0, 0],
    ].map(([a = 0, b = 0]) => [a * times, b * times])[id] as [number, number];
    return Math.max(0.005 / 0.15, keep * weight + (1 - keep) * (1 - (hits + 0.5) / (count + 1)));
  });

it('weights follow accuracy at multiples of `every`, a step late, and the mean chance stays the rate', () => {
  const weights = adaptiveWeights(4, { every: 3, keep: 0.25 });
  const start = [1, 1, 1, 1];
  const [first, second] = [after(start, 0.25, 3), after(after(start, 0.25, 3), 0.25, 3)];
  const seen: unknown[] = [];
  for (let step = 1; step <= 8; step++) {
    // The batch of a step is made while the one before it runs.
    seen.push(Array.from(weights.chancesAt(step + 1)(ids, 0.2)));
    weights.count(step, asked, right);
  }
  const close = (of: readonly number[]) => chancesOf(of).map((chance) => expect.closeTo(chance, 6));
  // Steps 2 to 4 are masked by the first weights, 5 to 7 by those after step 3, 8 and 9 by those after step 6.
  expect(seen).toEqual([
    ...[start, start, start].map(close),
    ...[first, first, first].map(close),
    ...[second, second].map(close),
  ]);
  const [never = 0, always = 0] = [chancesOf(second)[1], chancesOf(second)[0]];
  expect(never).toBeGreaterThan(2 * always);
  expect(chancesOf(second).reduce((a, b) => a + b, 0) / 4).toBeCloseTo(0.2, 9);
});

it('what it keeps puts it back: the same chances from there on, whether masked before or after', () => {
  for (const stop of [1, 2, 3, 4, 5, 6, 7]) {
    const whole = adaptiveWeights(4, { every: 3 });
    for (let step = 1; step < stop; step++) whole.count(step, asked, right);
    // The next batch is made while the last step runs; a resume makes it after that step.
    const early = Array.from(whole.chancesAt(stop + 1)(ids, 0.15));
    whole.count(stop, asked, right);
    const resumed = adaptiveWeights(4, { every: 3 });
    resumed.restore(new Map(Object.entries(whole.capture())));
    expect(Array.from(resumed.chancesAt(stop + 1)(ids, 0.15))).toEqual(early);
    for (let step = stop + 1; step < stop + 8; step++) {
      expect(resumed.chancesAt(step)(ids, 0.15)).toEqual(whole.chancesAt(step)(ids, 0.15));
      for (const one of [whole, resumed]) one.count(step, asked, right);
    }
  }
  expect(() => adaptiveWeights(5, {}).restore(new Map(Object.entries(adaptiveWeights(4, {}).capture())))).toThrow(
    "no adaptive weights of 5 tokens ('adaptive/current')",
  );
});

it('takes what hides each unit by one rate and refuses the rest', () => {
  expect(adaptable(bert)).toMatchObject({ name: 'bert', rate: 0.15, selection: 'bernoulli' });
  expect(slotsFor(adaptable(wholeWord), 128)).toBeGreaterThan(slotsFor(wholeWord, 128));
  expect(() => adaptable(mntp)).toThrow("'mntp' chooses otherwise");
  expect(() => adaptable({ name: 'mine', choose: () => [] })).toThrow("'mine' chooses otherwise");
  expect(adaptiveProblems({ every: 1, keep: 1 })).toEqual([
    'adaptive.every must be a whole number of at least 2, got 1',
    'adaptive.keep must be at least 0 and below 1, got 1',
  ]);
  expect(adaptiveProblems(JSON.parse('{ "evry": 3 }'))).toEqual(["adaptive has no 'evry'; there are every, keep"]);
  expect(adaptiveProblems(JSON.parse('3'))).toEqual(['adaptive must be an object, such as {}']);
});
