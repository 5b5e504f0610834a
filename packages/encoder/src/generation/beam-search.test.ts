import { expect, it } from 'vitest';
import { beamSearch, type Decoder } from '../index.ts';

/** 'a' is 0, the end 1: .9 a, then end .1 and a .85, after three a's end .99. */
function decoderOf(): Decoder {
  let written = 0;
  const next = () =>
    Float32Array.from(
      (written === 0 ? [0.9, 0.05] : written < 3 ? [0.85, 0.1] : [0.005, 0.99]).map((p) => Math.log(p)),
    );
  return {
    start: async () => next(),
    advance: async () => {
      written++;
      return next();
    },
  } as unknown as Decoder;
}

it('a negative length penalty prefers the short: the bound is that of the shortest text, not of the longest', async () => {
  const options = { beams: 1, endId: 1, maximumTokens: 64, lengthPenalty: -1 };
  const [best] = await beamSearch(decoderOf(), options);
  expect([...(best?.tokens ?? [])]).toEqual([0, 0, 0]);
  expect(best?.score).toBeCloseTo(-1.762, 3);
});

it.each([
  [{ lengthPenalty: Number.NaN }, 'lengthPenalty must be a finite number, got NaN'],
  [{ beams: 0 }, 'beams must be a whole number from 1, got 0'],
  [{ maximumTokens: 0.5 }, 'maximumTokens must be a whole number from 1, got 0.5'],
  [{ minimumTokens: -1 }, 'minimumTokens must be a whole number from 0, got -1'],
  [{ lengthPenality: 1 }, "there is no option 'lengthPenality', did you mean 'lengthPenalty'?"],
])('%o is refused', async (wrong, message) => {
  await expect(beamSearch(decoderOf(), { beams: 1, endId: 1, maximumTokens: 4, ...wrong })).rejects.toThrow(message);
});
