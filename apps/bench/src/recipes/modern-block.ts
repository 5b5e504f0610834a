import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { streamedRun, streamedSettings, streamedSizes } from './parts/streamed-run.ts';
import { modernBlockSettings } from './parts/text-settings.ts';
import { transferFiles } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...streamedSettings.shape,
  /** Seconds of a step of BERT's over those of one of ModernBERT's, measured before: how many more steps it makes in BERT's time. */
  equalTime: z.number().positive(),
});
const sizes = streamedSizes(['tnews'], 0);
const ratio = { equalTime: 1 };

/** BERT's block against ModernBERT's, of as many parameters. */
export const modernBlock = defineRecipe({
  name: 'modern-block',
  claim:
    "ModernBERT's block (norms first, rotary positions, gated parts, windows, no biases) learns more than BERT's from the same text, and in the same time.",
  paper:
    'Warner et al. 2024, ModernBERT, arXiv 2412.13663; doubted at equal data by Antoun et al. 2025, arXiv 2504.08716',
  // The paper compares whole models of different data and steps, not blocks.
  published: [],
  data: transferFiles,
  startsFromEncoder: 'never',
  settings,
  sizes: {
    tiny: { ...sizes.tiny, ...ratio },
    laptop: { ...sizes.laptop, ...ratio },
    full: { ...sizes.full, ...ratio },
  },
  arms: ({ equalTime, pretraining }): Arm[] => {
    const block = modernBlockSettings(pretraining);
    const steps = { 'pretraining.maxSteps': Math.round(pretraining.maxSteps * equalTime) };
    return [
      { name: 'bert', row: 'BERT block', set: {} },
      { name: 'modern', row: 'ModernBERT block, equal steps', set: block },
      { name: 'modern-time', row: 'ModernBERT block, equal time', set: { ...block, ...steps } },
    ];
  },
  baseline: 'BERT block',
  minutes: { tiny: 0.2, laptop: 6, full: 600 },
  run: (lab, { equalTime: _, ...wanted }) => streamedRun(lab, wanted),
});
