import { encode, maskedCrossEntropy, predictTokens } from '@cloze/encoder';
import { attentionDiversity, objectiveOf } from '@cloze/regularisers';
import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { attentionMap } from './parts/attention-map.ts';
import { classicMask } from './parts/mask-settings.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import type { PretrainOptions } from './parts/pretrain-encoder.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';
import { attentionText } from './t-ta.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  /** λ of the loss; 0 is plain. */
  weight: z.number().min(0),
  sign: z.enum(['reward', 'punish']),
});
const base = { weight: 0, sign: 'reward' } as const;
const arm = (name: string, row: string, weight: number, sign: 'reward' | 'punish'): Arm => ({
  name,
  row,
  set: { weight, sign },
});

function diverse(weight: number, sign: 'reward' | 'punish'): NonNullable<PretrainOptions['regularise']> {
  return (_plain, { family, config }) =>
    attentionDiversity(
      objectiveOf(
        (parameters, { targetPositions, ids, segments, attend }, key) => {
          const { hidden, weights: attention } = encode(family, parameters, { ids, segments, attend }, config, key);
          return { logits: predictTokens(parameters, hidden, targetPositions, config), attention };
        },
        ({ logits }, { targets, weights }) => maskedCrossEntropy(logits, targets, weights).loss,
      ),
      { weight, sign },
    );
}

/** The attention diversity loss of the comments on T-TA. */
export const attentionDiversityRecipe = defineRecipe({
  name: 'attention-diversity',
  claim: 'On small data all tokens look at the same keys; rewarding attention that differs between queries is crucial.',
  paper: 'comment by Allen7575 on kexue.fm/archives/7661; sign and weight are not given',
  published: [],
  data: transferFiles,
  startsFromEncoder: 'always',
  settings,
  sizes: transferSizes(base),
  arms: () => [
    arm('plain', 'plain', 0, 'reward'),
    arm('reward-1', 'rewarded, λ = 1', 1, 'reward'),
    arm('reward-10', 'rewarded, λ = 10', 10, 'reward'),
    arm('punish-10', 'punished, λ = 10', 10, 'punish'),
  ],
  baseline: 'plain',
  minutes: { tiny: 0.2, laptop: 4, full: 100_000 },
  run: async (lab, { weight, sign, ...rest }) => {
    const { encoder, predictions, measures } = await pretrainAndTune(
      lab,
      rest,
      classicMask,
      weight === 0 ? {} : { regularise: diverse(weight, sign) },
    );
    return { predictions, measures, extras: { attention: await attentionMap(encoder, attentionText) } };
  },
});
