import { policySetting } from '@cloze/datasets';
import { isTargetPolicy, type MaskedBatch, mask, presets, presetsNamed } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { padEncodings, type TokenBatch } from '@cloze/tokenizer';
import type { Contender } from './contender.ts';
import { targetsFor } from './models.ts';
import type { Corpus } from './prepare-corpus.ts';

/** Makes the targets of a step; masks depend on (seed, step, row) only. */
export type Masker = (batch: TokenBatch, step: number) => MaskedBatch;

/** Texts that collocations and similar tokens are counted in, for policies that need them. */
const counted = 20_000;

/**
 * How each contender's pretraining rows are masked.
 *
 * @throws {RangeError} for a name that is no preset, or one that hides no tokens and so cannot pretrain BERT
 */
export async function maskers(
  chosen: readonly Contender[],
  { vocabulary, training, trainingTexts }: Corpus,
  seed: number,
): Promise<ReadonlyMap<string, Masker>> {
  const told = chosen.every(({ policy }) => policy === undefined)
    ? undefined
    : policySetting(vocabulary, [padEncodings(training.slice(0, counted), { padId: vocabulary.special.pad })], {
        texts: trainingTexts.slice(0, counted),
      });
  return new Map(
    chosen.map(({ id, architecture, policy: name }) => {
      if (name === undefined || !told) {
        const { mask: maskId } = vocabulary.special;
        const vocabularySize = vocabulary.tokens.length;
        return [id, (batch, step) => targetsFor(architecture, batch, { seed, step, maskId, vocabularySize })];
      }
      const [policy] = presetsNamed(name, told.given);
      if (!policy || isTargetPolicy(policy))
        throw new RangeError(
          `--policy: ${name} hides no tokens, so it cannot pretrain BERT; those that do: ${presets
            .filter((preset) => !isTargetPolicy(preset.policyFrom(told.given)))
            .map((preset) => preset.name)
            .join(', ')}.`,
        );
      return [
        id,
        (batch, step) => {
          const stream = streamFrom(seed).fork('masking', step);
          return mask(batch, policy, { ...told.setting, randomOf: (row) => stream.fork(row) });
        },
      ];
    }),
  );
}
