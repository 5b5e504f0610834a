import { pythonSide } from '../python-side.ts';
import { regularisedTraining } from '../regularisers/regularised-training.ts';
import type { Comparison, Peer, PerfContext } from '../row.ts';
import { sizeName, type Work } from '../work.ts';

const sizes: readonly Work[] = [
  { layers: 2, width: 128, batch: 16, length: 64 },
  { layers: 4, width: 256, batch: 16, length: 128 },
];

/**
 * What a step may cost of the plain one's time: (forward + 2·backward)/3 passes over rows, and a tenth more. A second derivative goes
 * through its first sweep as well: half a pass more for each.
 */
const allowance: Readonly<Record<string, number>> = {
  plain: 1,
  'r-drop': 2,
  'semi-supervised-r-drop': 3,
  vat: 10 / 3,
  'vat-occurrences': 10 / 3,
  fgm: 2,
  'fgm-occurrences': 2,
  fgsm: 2,
  pgd: 4,
  'gradient-penalty': 3,
  'gradient-penalty-occurrences': 3,
  'random-noise': 1,
  simcse: 2,
  'supervised-simcse': 3,
  'attention-diversity': 1.2,
  'label-smoothing': 1,
  mixout: 1.2,
  'decay-to-pretrained': 1.2,
};

const torchSide = (context: PerfContext, { layers, width, batch, length }: Work, name: string) =>
  pythonSide(context, 'torch_regulariser.py', name, layers, width, batch, length);

/** Fine-tuning steps under every regulariser: against PyTorch doing the same, against our plain step, and PyTorch's plain step beside them. */
export const regulariserRows: readonly Comparison[] = sizes.flatMap((work) =>
  Object.entries(allowance).map(([name, times]) => ({
    row: `fine-tuning step ${sizeName(work)}, 15 classes, dropout 0.1, AdamW: ${name}`,
    ours: (context: PerfContext) => regularisedTraining(context, work, name),
    peers: [
      { kind: 'torch', reach: 1, prepare: (context) => torchSide(context, work, name) },
      ...(name === 'plain'
        ? []
        : ([
            {
              kind: 'ours',
              reach: Number((1 / (1.1 * times)).toFixed(2)),
              prepare: (context) => regularisedTraining(context, work, 'plain'),
            },
            { kind: 'torch', reach: 0, prepare: (context) => torchSide(context, work, 'plain') },
          ] satisfies Peer[])),
    ],
  })),
);
