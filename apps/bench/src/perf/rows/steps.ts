import { ownSide } from '../own-side.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison } from '../row.ts';
import { trainingStep, type Work } from '../training-step.ts';

const sizes: readonly (Work & { readonly reach: number })[] = [
  { layers: 2, width: 128, batch: 32, length: 64, dropout: 0.1, reach: 1.15 },
  { layers: 4, width: 256, batch: 16, length: 128, dropout: 0.1, reach: 1.1 },
  { layers: 12, width: 768, batch: 4, length: 128, dropout: 0.1, reach: 1.05 },
];

/** Masked-language-model training steps against PyTorch. */
export const stepRows: readonly Comparison[] = sizes.map(({ reach, ...work }) => ({
  row: `MLM train step (${work.layers},${work.width},${work.batch}x${work.length}), dropout ${work.dropout}, AdamW, head on masked positions`,
  ours: async ({ engine }) => ownSide('compiled step', trainingStep(engine, work)),
  peers: [
    {
      kind: 'torch',
      reach,
      prepare: (context) =>
        pythonSide(context, 'torch_step.py', work.layers, work.width, work.batch, work.length, work.dropout),
    },
  ],
}));
