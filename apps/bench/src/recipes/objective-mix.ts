import { type Arm, defineRecipe } from './define-recipe.ts';
import { streamedRun, streamedSettings, streamedSizes } from './parts/streamed-run.ts';
import { transferFiles } from './parts/transfer-settings.ts';

const asked = (mask: object | null, stages: readonly object[] | null = null) => ({
  'pretraining.mask': mask,
  'pretraining.stages': stages,
});

/** Masked, causal and mixed objectives on the same rows. */
export const objectiveMix = defineRecipe({
  name: 'objective-mix',
  claim:
    'From the same tokens, mixing causal and masked prediction (GPT-BERT; AntLM, 2.2 points over LTG-BERT on BabyLM; causal, then masked) or masked diffusion teaches more than masking alone.',
  paper:
    'Charpentier and Samuel 2024 (2410.24159), Yu et al. 2024 (2412.03275), Gisserot-Boukhlef et al. 2025 (2507.00994), Kosmopoulou et al. 2025 (2509.05056)',
  // Their tables are of English suites and far larger models, none of them has all these rows.
  published: [],
  data: [...transferFiles, 'minimal-pairs/zhoblimp'],
  startsFromEncoder: 'never',
  settings: streamedSettings,
  sizes: streamedSizes(['tnews'], 40),
  arms: ({ pretraining: { mask } }): Arm[] => {
    const [causal, masked] = [{ causal: true }, mask && { mask }];
    return [
      { name: 'mlm', row: 'MLM', set: {} },
      { name: 'clm', row: 'CLM', set: { ...asked(null), 'pretraining.family': 'left-to-right' } },
      { name: 'gpt-bert', row: 'GPT-BERT', set: asked({ preset: 'gpt-bert' }) },
      {
        ...{ name: 'antlm', row: 'AntLM' },
        set: asked(null, [
          { share: 1 / 6, ...causal },
          { share: 4 / 6, ...masked },
          { share: 1 / 6, ...causal },
        ]),
      },
      {
        ...{ name: 'two-phase', row: 'causal, then masked' },
        set: asked(null, [
          { share: 0.5, ...causal },
          { share: 0.5, ...masked },
        ]),
      },
      { name: 'diffusion', row: 'masked diffusion', set: asked({ preset: 'diffusion' }) },
    ];
  },
  baseline: 'MLM',
  minutes: { tiny: 0.2, laptop: 8, full: 700 },
  run: streamedRun,
});
