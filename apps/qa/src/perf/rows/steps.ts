import { trainingFlops } from '../encoder-flops.ts';
import { mlmSide } from '../mlm-side.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison, Peer, PeerName } from '../row.ts';
import { sizeName, type Work } from '../work.ts';

const sizes: readonly { readonly work: Work; readonly reach: readonly [number, number, number] }[] = [
  { work: { layers: 2, width: 128, batch: 32, length: 64 }, reach: [1.15, 1, 6] },
  { work: { layers: 4, width: 256, batch: 16, length: 128 }, reach: [1.1, 1, 3.3] },
  { work: { layers: 12, width: 768, batch: 4, length: 128 }, reach: [1.05, 1, 1.4] },
];

const modes: readonly (readonly [string, PeerName])[] = [
  ['eager', 'torch'],
  ['compile', 'torch'],
  ['run_mlm', 'transformers'],
];

/** Masked-language-model training steps against PyTorch eager, torch.compile, and transformers as run_mlm uses it. */
export const stepRows: readonly Comparison[] = sizes.map(({ work, reach }) => ({
  row: `MLM train step ${sizeName(work)}: forward, backward, AdamW, dropout 0.1, head at 15 % of positions`,
  flops: trainingFlops(work),
  ours: (context) => mlmSide(context, work, 'compiled step'),
  peers: modes.map(
    ([mode, kind], i): Peer => ({
      kind,
      reach: reach[i] as number,
      prepare: (context) =>
        pythonSide(context, 'torch_step.py', mode, work.layers, work.width, work.batch, work.length),
    }),
  ),
}));
