import type { MaskableBatch, MaskedBatch, RandomStream } from '../batch.ts';
import { rarerMore } from '../choose/chances.ts';
import { maskBatch } from '../mask-batch.ts';
import { dropTokens } from '../removal/drop-tokens.ts';
import type { KeptBatch } from '../removal/gather-kept.ts';
import { removeTokens } from '../removal/remove-tokens.ts';
import { bimodalRates } from '../schedules/bimodal-rates.ts';
import { maskByDiffusion } from '../targets/mask-by-diffusion.ts';
import { predictNext, predictPrefix } from '../targets/predict-next.ts';
import { predictPermuted } from '../targets/predict-permuted.ts';
import { replacedTokens } from '../targets/replaced-tokens.ts';
import { targetEveryToken } from '../targets/target-every-token.ts';
import type { TargetPolicy } from '../targets/target-policy.ts';
import { mask40 } from './presets.ts';

const every = (_length: number, maskable: number) => maskable;
const allButLast = (length: number) => length - 1;
const bimodal = bimodalRates();

/** T-TA (Shin, Lee, Jung 2020): every token is predicted, inputs unchanged; needs an encoder that hides the diagonal. */
export const everyToken: TargetPolicy = {
  name: 't-ta',
  about: 'every token, inputs unchanged',
  kind: 'own',
  visibility: 'others',
  room: every,
  targetsOf: (batch, { slots }) => targetEveryToken(batch, { slots }),
};

/** Left to right: each token predicts the next; needs a causal encoder. */
export const nextToken: TargetPolicy = {
  name: 'left-to-right',
  about: 'each token predicts the next',
  kind: 'next',
  visibility: 'before',
  room: allButLast,
  targetsOf: (batch, { slots }) => predictNext(batch, { slots }),
};

/** Masked diffusion (Sahoo et al. 2024; Nie et al. 2025): a rate a row, uniform in (0, 1), targets weighted by its inverse; see `maskByDiffusion`. */
export const diffusion: TargetPolicy = {
  name: 'diffusion',
  about: 'masked diffusion: a rate a row, uniform in (0, 1), weights 1/rate',
  kind: 'own',
  visibility: 'all',
  room: every,
  targetsOf: (batch, { slots, maskId, randomOf }) => maskByDiffusion(batch, { slots, maskId, randomOf }),
};

/** Masked diffusion with rates of two normal laws, 60 % of rows at 12 % and the others at 85 %, weights softened by a power of 0.1 (Kosmopoulou et al. 2025). */
export const bimodalDiffusion: TargetPolicy = {
  ...diffusion,
  name: 'bimodal-diffusion',
  about: 'masked diffusion: a rate a row, near 12 % or near 85 %',
  targetsOf: (batch, { slots, maskId, randomOf }) =>
    maskByDiffusion(batch, { slots, maskId, randomOf, rates: bimodal, softening: 0.1 }),
};

/** Masked diffusion in which rarer tokens are hidden more often (Kosmopoulou et al. 2025); see `rarerMore`. @param counts how often each id occurs */
export const frequencyDiffusion = (counts: ArrayLike<number>): TargetPolicy => {
  const chances = rarerMore({ counts });
  return {
    ...diffusion,
    name: 'frequency-diffusion',
    about: 'masked diffusion: a rate a row, uniform in (0, 1), rarer tokens hidden more often',
    targetsOf: (batch, { slots, maskId, randomOf }) => maskByDiffusion(batch, { slots, maskId, randomOf, chances }),
  };
};

/** Single texts as source and target: the second half of such a row's real tokens becomes segment 1. */
function inHalves(batch: MaskableBatch): MaskableBatch {
  const [rows, length] = batch.shape;
  const segments = batch.segments.slice();
  for (let row = 0; row < rows; row++) {
    const from = row * length;
    if (batch.segments.subarray(from, from + length).includes(1)) continue;
    const real = batch.attend.subarray(from, from + length).reduce((a, b) => a + b, 0);
    segments.fill(1, from + Math.ceil(real / 2), from + real);
  }
  return { ...batch, segments };
}

/** UniLM (Dong et al. 2019): segment 1 token by token, segment 0 given; single texts are cut in the middle. */
export const prefixTokens: TargetPolicy = {
  name: 'prefix',
  about: 'UniLM: segment 1 token by token, segment 0 given; a single text is cut in the middle',
  kind: 'next',
  room: allButLast,
  targetsOf: (batch, { slots }) => predictPrefix(inHalves(batch), { slots }),
};

/** XLNet (Yang et al. 2019): the last sixth of a random order; see `predictPermuted` for the order itself. */
export const permutedTokens: TargetPolicy = {
  name: 'permutation',
  about: 'XLNet: the last sixth of a random order',
  kind: 'own',
  room: (_length, maskable) => Math.ceil(maskable / 6),
  targetsOf: (batch, { slots, randomOf }) => predictPermuted(batch, { slots, randomOf }),
};

/**
 * ELECTRA's question (Clark et al. 2020) with a unigram generator: 15 % of tokens are drawn again, each token is judged.
 *
 * @param frequencies of `candidatesByFrequency`, the generator
 */
export const electra = (frequencies: { readonly draw: (random: RandomStream) => number }): TargetPolicy => ({
  name: 'electra',
  about: 'masked tokens sampled again (here by frequency), each token judged',
  kind: 'replaced',
  room: every,
  targetsOf: (batch, { slots, maskId, candidates, randomOf }) => {
    const masked = maskBatch(batch, { ...mask40, rate: 0.15, maskId, candidates, randomOf });
    const samples = masked.targets.slice();
    for (let row = 0; row < masked.shape[0]; row++) {
      const random = randomOf(row);
      for (let slot = row * masked.slots; slot < (row + 1) * masked.slots; slot++)
        if (masked.weights[slot]) samples[slot] = frequencies.draw(random);
    }
    return replacedTokens(batch, masked, { samples, slots });
  },
});

/** MAE (He et al. 2022): 75 % of tokens removed from the encoder, all of them predicted; the encoder's rows are `removeTokens`' kept ones. */
export const removedTokens: TargetPolicy = {
  name: 'mae',
  about: '75 % of tokens removed from the encoder, all of them predicted',
  kind: 'removed',
  room: (_length, maskable) => Math.ceil(0.75 * maskable),
  targetsOf: (batch, { slots, padId = 0, randomOf }) => removeTokens(batch, { padId, slots, randomOf }).targets,
};

/** What is left of dropped rows, told as inputs: dropped tokens are pads with a target. */
function dropped(batch: MaskableBatch, kept: KeptBatch, padId: number, slots: number | undefined): MaskedBatch {
  const gone = batch.attend.map((real, place) => (real && kept.restore[place] === kept.shape[1] ? 1 : 0));
  const marked = targetEveryToken({ ...batch, maskable: gone }, { slots });
  return { ...marked, ids: batch.ids.map((id, place) => (gone[place] ? padId : id)) };
}

/** DropToken: a tenth of the tokens dropped, nothing predicted; told as pads that have a target. See `dropTokens` for the rows themselves. */
export const droppedTokens: TargetPolicy = {
  name: 'drop-token',
  about: 'a tenth of the tokens dropped, nothing predicted',
  kind: 'shorter',
  room: (_length, maskable) => Math.ceil(0.1 * maskable),
  targetsOf: (batch, { slots, padId = 0, randomOf }) =>
    dropped(batch, dropTokens(batch, { padId, randomOf }), padId, slots),
};
