import { type EncoderConfig, familyOf } from '@cloze/encoder';
import type { ScheduleType } from '@cloze/trainer';

/** What every side trains: the same vocabulary, rows, held-out text and size. */
export const task = {
  /** Tokens learnt from the corpus. */
  vocabulary: 4000,
  length: 128,
  layers: 2,
  width: 128,
  /** Held-out rows and the share of their tokens that is asked for, the same for all. */
  heldOutRows: 128,
  /** The loss to reach, nats a masked token. */
  target: 4.9,
  /** Steps between two looks at the held-out loss; the clock stands still meanwhile. */
  evaluateEvery: 50,
} as const;

/** How a side learns. */
export interface Recipe {
  /** Updates its schedule is laid out for; it stops where the target is reached. */
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly lrSchedulerType: ScheduleType;
  readonly warmupRatio: number;
  readonly decayRatio?: number;
  readonly weightDecay: number;
  readonly optimiser: 'adamw' | 'muon';
  readonly precision: 'float32' | 'bfloat16';
  /** Share of tokens hidden. */
  readonly rate: number;
  /** Rows of the first steps, up to a share of them: a ramp of the batch. */
  readonly ramp?: readonly { readonly until: number; readonly batch: number }[];
  /** What the encoder has beside its sizes. */
  readonly encoder?: Partial<EncoderConfig>;
}

/** Who trains. */
export interface SpeedrunSide {
  readonly name: string;
  readonly about: string;
  /** A mode of `tooling/peers/torch_speedrun.py`, or ours. */
  readonly runs: 'run_mlm' | 'loop' | 'modern' | 'ours';
  readonly recipe: Recipe;
}

/** BERT's recipe, as run_mlm and its readers train small models. */
const plain: Recipe = {
  steps: 3000,
  batch: 16,
  learningRate: 1e-3,
  lrSchedulerType: 'linear',
  warmupRatio: 0.1,
  weightDecay: 0.01,
  optimiser: 'adamw',
  precision: 'float32',
  rate: 0.15,
};

const {
  localWindow: _window,
  globalEvery: _every,
  localRotaryBase: _base,
  ...modern
} = familyOf('modernbert').fresh ?? {};

const block: Recipe = { ...plain, steps: 2400, learningRate: 2e-3, encoder: { ...modern, rotaryBase: 10_000 } };
const denser: Recipe = { ...block, steps: 1000, rate: 0.3 };
const muon: Recipe = { ...denser, optimiser: 'muon', learningRate: 4e-3 };
const half: Recipe = { ...muon, precision: 'bfloat16' };
/** A width of 128 asks for more than BERT's 0.02: 128 ** -0.5 is 0.09. */
const wide = ({ encoder, ...rest }: Recipe): Recipe => ({
  ...rest,
  learningRate: 8e-3,
  encoder: { ...encoder, drawDeviation: 0.04 },
});
const ramped: Recipe = { ...wide(half), ramp: [{ until: 0.3, batch: 8 }] };

/** The sides, each of ours with one thing more than the one before it. */
export const sides: readonly SpeedrunSide[] = [
  {
    name: 'run_mlm',
    about: 'transformers’ run_mlm, written out: its collator, logits of all positions, fused AdamW',
    runs: 'run_mlm',
    recipe: plain,
  },
  {
    name: 'loop',
    about: 'a PyTorch loop: SDPA, fused AdamW, bfloat16 where it helps, logits of masked positions, batches as ours',
    runs: 'loop',
    recipe: plain,
  },
  {
    name: 'modern loop',
    about: 'the same loop over transformers’ ModernBERT',
    runs: 'modern',
    recipe: block,
  },
  { name: 'modern loop + 30 % masks', about: 'the same with twice the targets a row', runs: 'modern', recipe: denser },
  { name: 'modern loop + Muon', about: 'the same with PyTorch’s Muon on the blocks', runs: 'modern', recipe: muon },
  {
    name: 'modern loop + wider draw',
    about: 'the same, drawn twice as wide, rate 8e-3',
    runs: 'modern',
    recipe: wide(muon),
  },
  { name: 'cloze', about: 'the same model, batches, optimiser and schedule here', runs: 'ours', recipe: plain },
  {
    name: '+ modern block',
    about: 'norms first, rotary positions, gated parts, no biases',
    runs: 'ours',
    recipe: block,
  },
  { name: '+ 30 % masks', about: 'twice the targets a row; judged at 15 % as all are', runs: 'ours', recipe: denser },
  { name: '+ Muon', about: 'on the matrices of the blocks, AdamW on the rest', runs: 'ours', recipe: muon },
  { name: '+ bfloat16', about: 'products of matrices, where the processor has them', runs: 'ours', recipe: half },
  { name: '+ wider draw', about: 'first weights twice as spread, rate 8e-3', runs: 'ours', recipe: wide(half) },
  { name: '+ batch ramp', about: 'half the rows in the first 30 % of the steps', runs: 'ours', recipe: ramped },
];

/** A side by its name. @throws {RangeError} naming those there are */
export function sideNamed(name: string): SpeedrunSide {
  const side = sides.find((one) => one.name === name);
  if (!side)
    throw new RangeError(`there is no side '${name}'; there are ${sides.map((one) => `'${one.name}'`).join(', ')}.`);
  return side;
}
