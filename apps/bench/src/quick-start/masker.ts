import type { MaskedBatch } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { padEncodings, type TokenBatch } from '@cloze/tokenizer';
import { choosePolicies, maskPolicies } from '../mask/mask-policies.ts';
import { policySetting } from '../mask/policy-setting.ts';
import type { Contender } from './contender.ts';
import { targetsFor } from './models.ts';
import type { Plan } from './plan.ts';
import type { Corpus } from './prepare-corpus.ts';

/** Makes the targets of a step; masks depend on (seed, step, row) only. */
export type Masker = (batch: TokenBatch, step: number) => MaskedBatch;

/** The same targets in `slots` places a row, so that every step has one shape; those over it are hidden but not predicted. */
function withSlots(masked: MaskedBatch, slots: number): MaskedBatch {
  const rows = masked.shape[0];
  const moved = <T extends Int32Array | Float32Array>(from: T, into: T): T => {
    for (let row = 0; row < rows; row++)
      into.set(from.subarray(row * masked.slots, row * masked.slots + Math.min(slots, masked.slots)), row * slots);
    return into;
  };
  return {
    ...masked,
    slots,
    targetPositions: moved(masked.targetPositions, new Int32Array(rows * slots)),
    targets: moved(masked.targets, new Int32Array(rows * slots)),
    weights: moved(masked.weights, new Float32Array(rows * slots)),
  };
}

/** Texts that collocations and similar tokens are counted in, for policies that need them. */
const counted = 20_000;

/**
 * How each contender's pretraining rows are masked.
 *
 * @throws {RangeError} naming the policies there are, for a name that is none of them or cannot pretrain BERT
 */
export async function maskers(
  chosen: readonly Contender[],
  { vocabulary, training, trainingTexts }: Corpus,
  plan: Plan,
  seed: number,
): Promise<ReadonlyMap<string, Masker>> {
  const names = chosen.flatMap(({ policy }) => (policy === undefined ? [] : [policy]));
  const setting =
    names.length === 0
      ? undefined
      : await policySetting(vocabulary, [padEncodings(training.slice(0, counted), { padId: vocabulary.special.pad })], {
          texts: trainingTexts.slice(0, counted),
        });
  const policies = setting ? maskPolicies(setting).filter(({ policy }) => policy !== undefined) : [];
  const room = plan.length - 2;
  return new Map(
    chosen.map(({ id, architecture, policy: name }) => {
      if (name === undefined || !setting) {
        const { mask: maskId } = vocabulary.special;
        const vocabularySize = vocabulary.tokens.length;
        return [id, (batch, step) => targetsFor(architecture, batch, { seed, step, maskId, vocabularySize })];
      }
      const [policy] = choosePolicies(policies, name);
      const rate = policy?.policy?.rate ?? 0.15;
      const slots = Math.min(room, Math.ceil(room * (typeof rate === 'number' ? rate : 1) * 1.5) + 2);
      return [
        id,
        (batch, step) => {
          const stream = streamFrom(seed).fork('masking', step);
          return withSlots(
            (policy as NonNullable<typeof policy>).run(batch, (row) => stream.fork(row)),
            slots,
          );
        },
      ];
    }),
  );
}
