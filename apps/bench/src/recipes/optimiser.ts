import type { OptimiserName } from '@cloze/models';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { streamedRun, streamedSettings, streamedSizes } from './parts/streamed-run.ts';

const sizes = streamedSizes([], 0);
/** A block that soon leaves the plateau of unigrams, so that optimisers are told apart on what follows. */
const modern = <S extends (typeof sizes)['laptop']>({ pretraining, ...rest }: S) => ({
  ...rest,
  pretraining: { ...pretraining, family: 'modernbert' as const },
});
const arm = (optimiser: OptimiserName, row: string, factor: number, learningRate: number): Arm => ({
  ...{ name: optimiser.replace('_', '-'), row },
  set: { 'pretraining.optimiser': optimiser, 'pretraining.learningRate': factor * learningRate },
});

/** Optimisers on the same rows: held-out loss by step and by time. */
export const optimiserRecipe = defineRecipe({
  name: 'optimiser',
  claim:
    'Muon comes to the loss of AdamW in fewer steps and less time; StableAdamW is as good as AdamW without clipping being needed.',
  paper: 'Jordan et al. 2024, Muon; Wortsman et al. 2023, StableAdamW (ModernBERT trains by it)',
  // Their figures are speed records of decoders.
  published: [],
  data: ['corpus/zh-modern.txt.gz', 'corpus/zh-modern.valid.txt'],
  startsFromEncoder: 'never',
  settings: streamedSettings,
  sizes: { tiny: modern(sizes.tiny), laptop: modern(sizes.laptop), full: modern(sizes.full) },
  // Muon at twice the rate, as in qa speedrun; no arm's rate was searched for.
  arms: ({ pretraining: { learningRate = 1e-3 } }) => [
    arm('adamw', 'AdamW', 1, learningRate),
    arm('stable_adamw', 'StableAdamW', 1, learningRate),
    arm('muon', 'Muon, twice the rate', 2, learningRate),
  ],
  baseline: 'AdamW',
  minutes: { tiny: 0.1, laptop: 6, full: 600 },
  run: streamedRun,
});
