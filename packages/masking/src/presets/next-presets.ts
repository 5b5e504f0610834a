import { anything, checkOptions, real } from '@cloze/checks';
import { slotsFor } from '../budget.ts';
import { mask } from '../mask.ts';
import { type MaskPolicy, policyProblems } from '../mask-options.ts';
import { predictNext } from '../targets/predict-next.ts';
import { shiftTargets } from '../targets/shift-targets.ts';
import type { TargetPolicy } from '../targets/target-policy.ts';
import { bert } from './presets.ts';

function checkHiding(where: string, policy: MaskPolicy): void {
  const problems = policyProblems(policy);
  const { rate = 0.15, predictionRate } = policy;
  if (predictionRate !== undefined && typeof rate === 'number' && predictionRate > rate)
    problems.push(`predictionRate must be at most rate ${rate}, got ${predictionRate}: copies of rows are not shifted`);
  if (problems.length > 0) throw new RangeError(`${where}: ${problems.join('; ')}.`);
}

/**
 * Any way of hiding with its answers one place earlier (`shiftTargets`); an encoder that learns by it must be asked so ever after (`predictsNext` of its config).
 *
 * @throws {RangeError} for a policy out of range, or one that predicts more than it corrupts
 */
export function shifted(policy: MaskPolicy): TargetPolicy {
  checkHiding('shifted', policy);
  return {
    name: `shifted-${policy.name ?? 'masks'}`,
    about: `${policy.about ?? 'hidden tokens'}, each asked one place earlier`,
    kind: 'next',
    visibility: 'all',
    of: policy,
    room: (length, maskable) => slotsFor(policy, length, { special: length - maskable }),
    targetsOf: (batch, setting) => shiftTargets(mask(batch, policy, setting)),
  };
}

/** Masked next-token prediction (MNTP; LLM2Vec, BehnamGhader et al. 2024): 20 % of tokens by BERT's rule, asked one place earlier. */
export const mntp: TargetPolicy = {
  ...shifted({ ...bert, rate: 0.2 }),
  name: 'mntp',
  about: 'masked next-token prediction: 20 % of tokens, 80/10/10, each asked one place earlier',
};

/**
 * GPT-BERT (Charpentier and Samuel 2024): a share of the rows is read from left to right, each token asked for the next; the others hide tokens, asked one place
 * earlier, so that both have one head. Which a row is follows from its own stream. A batch has room for every next token of each row.
 *
 * @param options.causal share of rows, 0 ≤ c ≤ 1, default 1/16 as the authors' best @param options.mask how the others hide, default 15 % by BERT's rule
 * @throws {RangeError} for a share or a policy out of range
 */
export function gptBert(options: { readonly causal?: number; readonly mask?: MaskPolicy } = {}): TargetPolicy {
  checkOptions('gptBert', options, { causal: real({ from: 0, to: 1 }), mask: anything });
  const { causal = 1 / 16, mask: hiding = bert } = options;
  checkHiding('gptBert: mask', hiding);
  return {
    name: 'gpt-bert',
    about: `${Number((100 * causal).toPrecision(12))} % of rows read from left to right, the others masked and asked one place earlier`,
    kind: 'next',
    visibility: 'all',
    of: hiding,
    room: (length) => length - 1,
    targetsOf: (batch, setting) => {
      const [rows] = batch.shape;
      const streams = Array.from({ length: rows }, (_, row) => setting.randomOf(row));
      const isCausal = Uint8Array.from(streams, (random) => (random.next() < causal ? 1 : 0));
      const randomOf = (row: number) => streams[row] ?? setting.randomOf(row);
      const hidden = shiftTargets(mask(batch, hiding, { ...setting, randomOf }));
      const next = predictNext(batch, { slots: hidden.slots });
      for (const [row, reads] of isCausal.entries()) {
        if (!reads) continue;
        const own = (width: number) => [row * width, (row + 1) * width] as const;
        hidden.ids.set(batch.ids.subarray(...own(batch.shape[1])), row * batch.shape[1]);
        for (const name of ['targetPositions', 'targets', 'weights'] as const)
          hidden[name].set(next[name].subarray(...own(hidden.slots)), row * hidden.slots);
      }
      return { ...hidden, causal: isCausal };
    },
  };
}
