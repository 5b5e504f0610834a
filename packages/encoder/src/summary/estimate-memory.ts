import { flattenTree, sizeOf } from '@cloze/backend';
import { anything, checkOptions, flag, needed, real } from '@cloze/checks';
import type { Activation, EncoderConfig } from '../config/encoder-config.ts';
import { type FamilyName, familyOf } from '../families/families.ts';

/** What is trained, and on how much at once. */
export interface MemoryPlan {
  /** Default `bert`. */
  readonly family?: FamilyName;
  /** Rows of a step. */
  readonly batch: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Tokens that are predicted in a row, default 0: a classifier, whose head is too small to count. */
  readonly slots?: number;
  /** Numbers that the optimiser keeps for each parameter, default 2: AdamW's moments. SGD has 0 or 1. */
  readonly optimiserSlots?: number;
  /** Whether blocks are computed again in the backward pass (`recompute` of `encode`), default false. */
  readonly recompute?: boolean;
}

/** Bytes by what they hold. */
export interface MemoryEstimate {
  /** How many numbers the model has. */
  readonly parameterCount: number;
  readonly parameters: number;
  readonly gradients: number;
  readonly optimiser: number;
  /** What the forward pass leaves for the backward pass. */
  readonly activations: number;
  readonly total: number;
}

/** Tensors that a curve's derivative reads, its input and what it is composed of among them. */
const curveTensors: Readonly<Record<Activation, number>> = { gelu: 4, relu: 2, silu: 3, gelu_new: 6 };

/** Numbers kept of a row: formula at `estimateMemory`. */
function keptPerRow(config: EncoderConfig, length: number, slots: number, recompute: boolean): number {
  const { width, layers, heads, feedForwardWidth, embeddingWidth, vocabularySize, activation } = config;
  const { headActivation = activation, attentionKind, positionKind } = config;
  const [dropped, droppedWeights] = [config.dropout > 0 ? 1 : 0, config.attentionDropout > 0 ? 1 : 0];
  const wide = (attentionKind === 'random' ? 8 : 10) + 2 * dropped + (positionKind === 'relative' ? 1 : 0);
  // A gate, and its product with the curve; dropout stands on that instead of on what comes out.
  const gate = config.gated ? (2 + dropped) * feedForwardWidth - dropped * width : 0;
  const layer =
    curveTensors[activation] * feedForwardWidth + gate + wide * width + (2 + droppedWeights) * heads * length + 2;
  const projected = embeddingWidth === width ? 0 : 1;
  const embeddings = (2 + dropped + projected) * embeddingWidth + 3;
  const last = config.normPlacement === 'pre' ? 2 * width + 1 : 0;
  const slot = width + (curveTensors[headActivation] + 2) * embeddingWidth + vocabularySize + 5;
  const inBlocks = recompute ? layers * width + layer : layers * layer;
  return length * (inBlocks + embeddings + last) + slots * slot;
}

/**
 * Memory of a training step before any weight exists, in float32.
 *
 * Parameters, gradients and each slot of the optimiser take `4·P` bytes. Between forward and backward pass there stay, for each token and
 * layer, `c·F + (10 + 2δ)·H + (2 + δ)·A·L + 2` numbers (F feed-forward width, H width, A heads, L length, δ = 1 with dropout, c of the
 * curve: gelu 4, silu 3, relu 2, gelu_new 6; a gated part `(2 + δ)·F − δ·H` more), for each token `(2 + δ)·E + 3` of the embeddings (E their width; two are the checked numbers of token and segment), and for each predicted token
 * `H + (c + 2)·E + V + 5` (V the vocabulary). These are the tensors that the derivatives of `encodeBert` and `predictTokens` read, counted.
 * With `recompute` a layer keeps H numbers a token, and what one layer keeps otherwise is there once. What an engine needs for a moment, for one product say, comes on top.
 *
 * @throws {RangeError} naming what is not a whole number in range
 */
export function estimateMemory(config: EncoderConfig, options: MemoryPlan): MemoryEstimate {
  checkOptions('estimateMemory', options, {
    family: anything,
    batch: needed(real()),
    length: needed(real()),
    slots: real(),
    optimiserSlots: real(),
    recompute: flag,
  });
  const { family = 'bert', batch, length, slots = 0, optimiserSlots = 2, recompute = false } = options;

  const problems = Object.entries({ batch, length }).flatMap(([name, value]) =>
    Number.isInteger(value) && value > 0 ? [] : [`${name} must be a positive whole number, got ${value}`],
  );
  for (const [name, value] of Object.entries({ slots, optimiserSlots }))
    if (!(Number.isInteger(value) && value >= 0)) problems.push(`${name} must be a whole number from 0, got ${value}`);
  if (problems.length > 0) throw new RangeError(`estimateMemory: ${problems.join('; ')}.`);
  const specs = flattenTree(familyOf(family).parameterSpecs(config));
  const parameterCount = specs.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  const parameters = 4 * parameterCount;
  const relativeLayers = config.positionKind === 'relative' ? (recompute ? 1 : config.layers) : 0;
  const distances = (relativeLayers * length * length * config.width) / config.heads;
  const activations = 4 * (batch * keptPerRow(config, length, slots, recompute) + distances);
  const optimiser = optimiserSlots * parameters;
  return {
    parameterCount,
    parameters,
    gradients: parameters,
    optimiser,
    activations,
    total: 2 * parameters + optimiser + activations,
  };
}
