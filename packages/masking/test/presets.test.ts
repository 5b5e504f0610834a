import { describe, expect, it } from 'vitest';
import { batchOf, firstId, hardBatch, hardLength, maskId, vocabularySize } from '../src/contract/hard-batch.ts';
import { stream } from '../src/contract/stream.ts';
import { maskingContract } from '../src/contract.ts';
import {
  bert,
  binomialBound,
  candidatesByFrequency,
  decoupled,
  everyToken,
  isTargetPolicy,
  type MaskPolicy,
  mask,
  ngrams,
  type Policy,
  pmiOfPairs,
  policy,
  presetNamed,
  presets,
  replacedTokens,
  slotsFor,
  spans,
  tokens,
  wholeWord,
  words,
} from '../src/index.ts';
import { collocations, similar } from './policies.ts';

const ids = Int32Array.from({ length: vocabularySize - firstId }, (_, i) => firstId + i);
const given = {
  ngrams: collocations,
  similar,
  frequencies: candidatesByFrequency({ counts: Int32Array.from({ length: vocabularySize }, (_, i) => i + 1), ids }),
  counts: Int32Array.from({ length: vocabularySize }, (_, i) => 1 + ((i * 7) % 13)),
  pairs: pmiOfPairs([ids, Int32Array.from(ids, (id, i) => ids[(i * 5) % ids.length] ?? id)]),
};
const setting = (seed: number) => ({
  maskId,
  similar,
  candidates: { from: firstId, to: vocabularySize },
  randomOf: (row: number) => stream(seed * 1009 + row),
});
const everyOther = policy({
  name: 'every-other',
  units: tokens,
  rate: 0.5,
  choose: function* (count, random) {
    for (let i = random.next() < 0.5 ? 0 : 1; i < count; i += 2) yield i;
  },
  replacement: { mask: 1, random: 0, keep: 0 },
});
const all: readonly (readonly [string, Policy])[] = [
  ...presets.map((preset) => [preset.name, preset.policyFrom(given)] as const),
  ['copies of whole words', { ...wholeWord, rate: 0.2, predictionRate: 0.5 }],
  ['a policy of one’s own', everyOther],
];

describe.each(all)('preset %s', (_name, preset) => {
  it('keeps the contract', () => {
    expect(maskingContract(preset)).toEqual([]);
  });
});

describe('presets by name', () => {
  it('are 36, each with a name and what it does; a policy carries both', () => {
    expect(new Set(presets.map(({ name }) => name)).size).toBe(36);
    for (const preset of presets) {
      const made = preset.policyFrom(given);
      expect(made).toMatchObject({ name: preset.name, about: preset.about });
      expect(preset.about).not.toBe('');
    }
  });
  it('say what they need, and which name is near', () => {
    expect(() => presetNamed('pmi')).toThrow(
      "preset 'pmi' needs ngrams (token ids of each collocation, see buildPmiVocabulary).",
    );
    expect(() => presetNamed('whole-wrod')).toThrow(
      "there is no masking preset 'whole-wrod'; did you mean 'whole-word'?",
    );
    expect(presetNamed('whole-word')).toBe(wholeWord);
    expect(presets.filter(({ needs }) => needs.length > 0).map(({ name }) => name)).toEqual([
      ...['by-frequency', 'mac-bert', 'pmi', 'pmi-bernoulli', 'frequency-informed', 'infor-mask'],
      ...['frequency-diffusion', 'electra'],
    ]);
  });
});

describe('mask', () => {
  const before = hardBatch();
  it('makes copies where more is predicted than corrupted, and says what a policy has no use for', () => {
    expect(mask(before, decoupled({ corrupt: 0.2, predict: 0.4 }), setting(1)).shape[0]).toBe(2 * before.shape[0]);
    expect(mask(before, decoupled({ corrupt: 0.2, predict: 0.2 }), setting(1)).shape[0]).toBe(before.shape[0]);
    const rated = { ...everyToken, rate: 0.3 };
    expect(() => mask(before, rated, setting(1))).toThrow(
      "mask: 't-ta' (every token, inputs unchanged) takes no rate; leave it out.",
    );
  });
  it('a fixed policy asks the same tokens whatever the epoch, and replaces them anew', () => {
    const fixed: MaskPolicy = { ...bert, fixed: true };
    const epoch = (seed: number) =>
      mask(before, fixed, { ...setting(seed), exampleOf: (row) => stream(row), slots: hardLength });
    expect(epoch(1).targetPositions).toEqual(epoch(2).targetPositions);
    expect(epoch(1).ids).not.toEqual(epoch(2).ids);
    expect(() => mask(before, { ...fixed, predictionRate: 0.1 }, setting(1))).toThrow('leave out predictionRate');
  });
  it('ELECTRA: a sample that is the original token counts as original', () => {
    const masked = mask(before, bert, { ...setting(3), slots: hardLength });
    const judged = replacedTokens(before, masked, {
      samples: masked.targets.map((id) => (id % 3 === 0 ? id : firstId)),
    });
    for (const [slot, weight] of judged.weights.entries()) {
      if (!weight) continue;
      const place = Math.floor(slot / judged.slots) * hardLength + (judged.targetPositions[slot] as number);
      expect(judged.targets[slot]).toBe(judged.ids[place] === before.ids[place] ? 0 : 1);
    }
  });
});

describe('a policy of one’s own', () => {
  const of = (choose: NonNullable<MaskPolicy['choose']>, rate = 0.5) =>
    mask(hardBatch(), policy({ name: 'mine', rate, choose }), setting(1));
  it('chooses exactly the units that it gives', () => {
    const batch = batchOf([{ words: [1, 1, 1, 1, 1] }], 7);
    const out = mask(batch, everyOther, { ...setting(1), randomOf: () => ({ next: () => 0 }) });
    expect([...out.targetPositions]).toEqual([1, 3, 5]);
    const whole = mask(
      batchOf([{ words: [2, 1, 2] }], 7),
      { ...everyOther, units: words },
      { ...setting(1), slots: 5 },
    );
    expect([[1, 2, 4, 5], [3]]).toContainEqual([...whole.targetPositions.filter((_, i) => whole.weights[i])]);
  });
  it('wrong, repeated and too many numbers are errors that name policy, row, number and bound', () => {
    expect(() => of(() => [0, 60])).toThrow("policy 'mine', row 0: choose gave 60; the row has units 0 to 58.");
    expect(() => of(() => [0.5])).toThrow("policy 'mine', row 0: choose gave 0.5; the row has units 0 to 58.");
    expect(() => of((count) => (count < 59 ? [0, 0] : []))).toThrow(
      "policy 'mine', row 2: choose gave unit 0 of 1 twice.",
    );
    expect(() => of((count) => Array.from({ length: count }, (_, i) => i))).toThrow(
      "policy 'mine', row 0: choose gave more than 30 units of 59; rate 0.5 allows no more, raise it or choose fewer.",
    );
  });
  it('is refused at once for what it cannot be', () => {
    expect(() => policy({ name: 'mine', rate: 2, choose: () => [], selection: 'exact' })).toThrow(
      "policy 'mine': rate must be in [0, 1], got 2; choose says how many, so leave out selection.",
    );
    const misspelt = { name: 'mine', ratee: 1 };
    expect(() => policy(misspelt)).toThrow(/'ratee' is no option; there are about, atLeastOne/);
  });
});

describe('slotsFor', () => {
  /** Full rows of words of 1 to `longest` tokens. */
  const fullRows = (length: number, longest: number, seed: number) => {
    const random = stream(seed);
    return batchOf(
      Array.from({ length: 6 }, () => {
        const sizes: number[] = [];
        for (let left = length - 2; left > 0; left -= sizes.at(-1) as number)
          sizes.push(Math.min(left, 1 + Math.floor(random.next() * longest)));
        return { words: sizes };
      }),
      length,
    );
  };
  const counts = (batch: ReturnType<typeof batchOf>, preset: Policy, seed: number) => {
    const { weights, slots, shape } = mask(batch, preset, { ...setting(seed), slots: batch.shape[1] });
    return Array.from({ length: shape[0] }, (_, row) =>
      weights.subarray(row * slots, (row + 1) * slots).reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0),
    );
  };
  const isExact = (preset: Policy) => isTargetPolicy(preset) || preset.selection !== 'bernoulli';
  const roundings = ['halfEven', 'halfUp', 'floor', 'ceil', 'stochastic'] as const;

  it('an exact policy never chooses more, whatever rounding, overflow, base, rate and length (words of up to 4 tokens)', () => {
    for (const [name, preset] of all.filter(([, one]) => isExact(one)))
      for (const length of [3, 9, 16, 17, 32, 64, 100])
        for (let seed = 0; seed < 10; seed++) {
          const variants: Policy[] = [preset];
          if (!isTargetPolicy(preset) && !preset.choose && !preset.predictionRate)
            variants.push({
              ...preset,
              rate: stream(seed + length).next(),
              rounding: roundings[seed % 5] as 'ceil',
              overflow: seed % 2 ? 'skip' : 'split',
              base: seed % 3 ? 'attended' : 'maskable',
            });
          for (const one of variants) {
            const room = slotsFor(one, length);
            for (const count of counts(fullRows(length, 1 + (seed % 4), seed), one, seed))
              expect(count, `${name} at ${length}`).toBeLessThanOrEqual(room);
          }
        }
  });

  it('independent choices go over it in at most 1 of 1000 full rows, and not never by being all there is', () => {
    for (const [preset, longest] of [
      [presetNamed('bernoulli'), 1],
      [presetNamed('whole-word-bernoulli'), 3],
      [presetNamed('whole-word-40'), 3],
      [presetNamed('ngram-bernoulli'), 3],
      [{ units: spans({ of: tokens }), selection: 'bernoulli', rate: 0.3 }, 1],
      [{ units: ngrams({ of: tokens }), selection: 'bernoulli' }, 1],
    ] as const) {
      const room = slotsFor(preset, 128);
      expect(room).toBeLessThan(126);
      let over = 0;
      for (let seed = 0; seed < 500; seed++)
        over += counts(fullRows(128, longest, seed), preset, seed).filter((count) => count > room).length;
      expect(over / 3000, preset.name ?? 'spans').toBeLessThanOrEqual(1e-3 + binomialBound({ share: 1e-3, n: 3000 }));
    }
    // The bound is that of the binomial itself: P(X > 32) for n = 126, p = 0.15 is 0.00083, P(X > 31) 0.0017 (SciPy).
    expect(slotsFor({ selection: 'bernoulli', rate: 0.15 }, 128)).toBe(32);
  });

  it('is what the count asks for: 19 of 128 at 15 %, 20 with specials in the base; all for T-TA; refused without room', () => {
    expect(slotsFor({ rate: 0.15 }, 128)).toBe(19);
    expect(slotsFor(bert, 128)).toBe(20);
    expect(slotsFor(everyToken, 128)).toBe(126);
    expect(slotsFor(presetNamed('left-to-right'), 128)).toBe(127);
    expect(slotsFor({ rate: () => 0.3 }, 128)).toBe(126);
    expect(() => slotsFor(bert, 2)).toThrow(
      'slotsFor: length must be a whole number above the 2 special tokens, got 2.',
    );
  });
});
