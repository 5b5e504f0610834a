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

const tokens = ['猫', '狗', '跑', '的'];
const tokenOf = (id: number) => tokens[id];
const byClass = { by: 'loss', classes: { 猫: 'noun', 狗: 'noun', 跑: 'verb', 飞: 'verb' } } as const;

it('weights follow the loss of classes: σ(2·(L − mean)/sd), by hand', () => {
  const weights = adaptiveWeights(4, { ...byClass, every: 2, keep: 0.5 }, tokenOf);
  expect(weights.counts).toBe('loss');
  const at = (step: number) => Array.from(weights.chancesAt(step)(ids, 0.2));
  const close = (of: readonly number[]) => chancesOf(of).map((chance) => expect.closeTo(chance, 6));
  expect(at(1)).toEqual(close([1, 1, 1, 1]));
  // Nouns are asked twice, 1 and 3 nats; verbs once, 4; what has no class is not asked, so its weight is ½.
  const batch = { targets: Int32Array.of(0, 1, 2, 3), weights: Float32Array.of(1, 1, 1, 0) };
  for (const step of [1, 2]) weights.count(step, batch, [1, 3, 4, 9]);
  // Losses 2 and 4: mean 3, sd √2, so σ(±√2).
  const [low, high] = [1 / (1 + Math.exp(Math.SQRT2)), 1 / (1 + Math.exp(-Math.SQRT2))];
  expect([low, high]).toEqual([expect.closeTo(0.19557, 5), expect.closeTo(0.80443, 5)]);
  expect(at(4)).toEqual(close([low, low, high, 0.5]));
  // Then 6 for nouns, verbs not asked, 1 for the rest: nouns ½·2 + ½·6 = 4 as verbs have, the rest 1.
  for (const step of [3, 4])
    weights.count(step, { targets: Int32Array.of(0, 3), weights: Float32Array.of(1, 1) }, [6, 1]);
  // Mean 3, sd √3: σ(2/√3) twice and σ(−4/√3).
  const sigma = (x: number) => 1 / (1 + Math.exp(-x));
  const [both, rest] = [sigma(2 / Math.sqrt(3)), sigma(-4 / Math.sqrt(3))];
  expect(at(6)).toEqual(close([both, both, both, rest]));
});

it('classes that do not differ, and one alone that was asked, change nothing; classes of no token here are refused', () => {
  const weights = adaptiveWeights(4, { ...byClass, every: 2 }, tokenOf);
  const even = Array.from(chancesOf([1, 1, 1, 1]));
  const count = (from: number, targets: number[], losses: number[]) => {
    for (const step of [from, from + 1])
      weights.count(
        step,
        { targets: Int32Array.from(targets), weights: new Float32Array(targets.length).fill(1) },
        losses,
      );
  };
  count(1, [0], [5]);
  expect(Array.from(weights.chancesAt(4)(ids, 0.2))).toEqual(even);
  count(3, [2, 3], [5, 5]);
  expect(Array.from(weights.chancesAt(6)(ids, 0.2))).toEqual(even);
  expect(() => adaptiveWeights(4, { by: 'loss', classes: { 鱼: 'noun' } }, tokenOf)).toThrow(
    "adaptive.classes make one class of the vocabulary's 4 tokens, such as '的'",
  );
  expect(() =>
    adaptiveWeights(4, { by: 'loss', classes: Object.fromEntries(tokens.map((one) => [one, 'all'])) }, tokenOf),
  ).toThrow('make one class');
});

it.each([{}, byClass])(
  'what it keeps puts it back: the same chances from there on, whether masked before or after (%o)',
  (by) => {
    for (const stop of [1, 2, 3, 4, 5, 6, 7]) {
      const whole = adaptiveWeights(4, { ...by, every: 3 }, tokenOf);
      for (let step = 1; step < stop; step++) whole.count(step, asked, right);
      // The next batch is made while the last step runs; a resume makes it after that step.
      const early = Array.from(whole.chancesAt(stop + 1)(ids, 0.15));
      whole.count(stop, asked, right);
      const resumed = adaptiveWeights(4, { ...by, every: 3 }, tokenOf);
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
  },
);

it('takes what hides each unit by one rate and refuses the rest', () => {
  expect(adaptable(bert)).toMatchObject({ name: 'bert', rate: 0.15, selection: 'bernoulli' });
  expect(slotsFor(adaptable(wholeWord), 128)).toBeGreaterThan(slotsFor(wholeWord, 128));
  expect(() => adaptable(mntp)).toThrow("'mntp' chooses otherwise");
  expect(() => adaptable({ name: 'mine', choose: () => [] })).toThrow("'mine' chooses otherwise");
  expect(adaptiveProblems({ every: 1, keep: 1 })).toEqual([
    'adaptive.every must be a whole number of at least 2, got 1',
    'adaptive.keep must be at least 0 and below 1, got 1',
  ]);
  expect(adaptiveProblems(JSON.parse('{ "evry": 3 }'))).toEqual([
    "adaptive has no 'evry'; there are every, keep, by, classes",
  ]);
  expect(adaptiveProblems(JSON.parse('{ "by": "luck" }'))).toEqual([
    "adaptive.by must be 'accuracy' or 'loss', got 'luck'",
  ]);
  expect(adaptiveProblems({ classes: { 猫: 'noun' } })).toEqual(["adaptive.classes go with adaptive.by 'loss'"]);
  for (const [classes, told] of [
    [undefined, "adaptive.by 'loss' needs adaptive.classes"],
    [['noun'], "adaptive.by 'loss' needs adaptive.classes"],
    [{ 猫: 3 }, "adaptive.classes must be texts, got 3 for '猫'"],
    [{}, 'adaptive.classes must name at least one token'],
  ] as const)
    expect(adaptiveProblems({ by: 'loss', classes: classes as never })).toEqual([expect.stringContaining(told)]);
  expect(adaptiveProblems(JSON.parse('3'))).toEqual(['adaptive must be an object, such as {}']);
});
