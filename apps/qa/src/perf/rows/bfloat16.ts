import { trainingFlops } from '../encoder-flops.ts';
import { mlmSide } from '../mlm-side.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { sizeName, type Work } from '../work.ts';

const sizes: readonly Work[] = [
  { layers: 2, width: 128, batch: 32, length: 64 },
  { layers: 4, width: 256, batch: 16, length: 128 },
  { layers: 12, width: 768, batch: 4, length: 128 },
];

const mlm = (context: PerfContext, work: Work, matmulPrecision: 'float32' | 'bfloat16') =>
  mlmSide(context, work, `compiled step, products in ${matmulPrecision}`, { matmulPrecision });

/** The same training steps with products in bfloat16: against our own in float32, and PyTorch under autocast. A gain only where the processor has them. */
export const bfloat16Rows: readonly Comparison[] = sizes.map((work) => ({
  row: `MLM train step ${sizeName(work)} as above, matrix products in bfloat16`,
  flops: trainingFlops(work),
  ours: (context: PerfContext) => mlm(context, work, 'bfloat16'),
  peers: [
    { kind: 'ours', reach: 0, prepare: (context) => mlm(context, work, 'float32') },
    {
      kind: 'torch',
      reach: 0,
      prepare: (context) =>
        pythonSide(context, 'torch_step.py', 'autocast', work.layers, work.width, work.batch, work.length),
    },
  ],
}));
