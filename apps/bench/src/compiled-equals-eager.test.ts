import {
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  type Key,
  mapTree,
  rootKey,
  slice,
  type Tensor,
} from '@cloze/backend';
import {
  causal,
  decodeRemoved,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  encoderConfig,
  encodeTta,
  encodeTwoStream,
  initialMaeDecoder,
  initialParameters,
  type MaeDecoderParameters,
  maskedCrossEntropy,
  packed,
  predictTokens,
  prefix,
} from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { fgm, gradientPenalty, type Objective, objectiveOf, rDrop, tableScope } from '@cloze/regularisers';
import { type AdamWState, type AdamWStep, adamW, adamWStep, clipByGlobalNorm, initialAdamW } from '@cloze/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bools, floats, ints } from './host-tensors.ts';
import { openEngine } from './model/open-engine.ts';

const [rows, length, slots, vocabularySize, kept] = [3, 8, 2, 40, 4];
const steps = 20;

interface Batch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  readonly positions: T;
  readonly targets: T;
  readonly weights: T;
  readonly order: T;
  readonly keptIds: T;
  readonly keptPositions: T;
  readonly restore: T;
}
type Step<T> = AdamWStep<T> & { readonly batch: Batch<T>; readonly key: T };
interface Parameters<T> {
  readonly encoder: EncoderParameters<T>;
  readonly decoder: MaeDecoderParameters<T>;
}

const small: Partial<EncoderConfig> = { heads: 2, feedForwardWidth: 24, maximumLength: 12 };
const decoding = encoderConfig({ vocabularySize, width: 8, layers: 1, ...small });

/** Rows of a step: tokens, two pads in the last row, two segments; places kept and removed for MAE. */
function batchOf(step: number): Batch<HostTensor> {
  const random = streamFrom(step);
  const grid = (count: number, below: number) =>
    ints(
      [rows, count],
      Int32Array.from({ length: rows * count }, () => Math.floor(random.next() * below)),
    );
  const everyRow = (values: number[]) =>
    ints([rows, values.length], Int32Array.from([...values, ...values, ...values]));
  return {
    ids: grid(length, vocabularySize),
    segments: everyRow([0, 0, 0, 0, 1, 1, 1, 1]),
    attend: bools(
      [rows, length],
      Uint8Array.from({ length: rows * length }, (_, i) => (i < rows * length - 2 ? 1 : 0)),
    ),
    positions: everyRow([1, 5]),
    targets: grid(slots, vocabularySize),
    weights: floats([rows, slots], Float32Array.of(1, 1, 1, 1, 1, 0)),
    order: everyRow([3, 0, 5, 1, 7, 2, 6, 4]),
    keptIds: grid(kept, vocabularySize),
    keptPositions: everyRow([0, 2, 3, 6]),
    restore: everyRow([0, kept, 1, 2, kept, kept, 3, kept]),
  };
}

type LossOf = (parameters: Parameters<Tensor>, batch: Batch<Tensor>, config: EncoderConfig, key?: Key) => Tensor;

const predicted = (
  { encoder }: Parameters<Tensor>,
  hidden: Tensor,
  { positions, targets, weights }: Batch<Tensor>,
  config: EncoderConfig,
) => maskedCrossEntropy(predictTokens(encoder, hidden, positions, config), targets, weights).loss;

/** BERT with another mask. */
const bertWith =
  (visible?: (batch: Batch<Tensor>) => Tensor): LossOf =>
  (parameters, batch, config, key) =>
    predicted(
      parameters,
      encodeBert(parameters.encoder, batch, config, key, { visible: visible?.(batch) }).hidden,
      batch,
      config,
    );
const bert = bertWith();

/** R-Drop and others around BERT. */
const regularised =
  (
    wrap: (
      objective: Objective<Parameters<Tensor>, Batch<Tensor>, Tensor>,
    ) => Objective<Parameters<Tensor>, Batch<Tensor>, Tensor>,
  ): LossOf =>
  (parameters, batch, config, key) => {
    const plain = objectiveOf<Parameters<Tensor>, Batch<Tensor>, Tensor>(
      ({ encoder }, { positions, ...inputs }, dropoutKey) =>
        predictTokens(encoder, encodeBert(encoder, inputs, config, dropoutKey).hidden, positions, config),
      (logits, { targets, weights }) => maskedCrossEntropy(logits, targets, weights).loss,
    );
    return wrap(plain)(parameters, batch, key).loss;
  };
const scope = tableScope('encoder/embeddings/words');

const architectures: Readonly<Record<string, { readonly config?: Partial<EncoderConfig>; readonly lossOf: LossOf }>> = {
  BERT: { lossOf: bert },
  'pre-layer-norm, silu': { config: { normPlacement: 'pre', activation: 'silu' }, lossOf: bert },
  'ALBERT: shared layers, narrow embeddings, tanh gelu': {
    config: { layers: 2, sharedLayers: true, embeddingWidth: 8, activation: 'gelu_new' },
    lossOf: bert,
  },
  'rotary positions, relu': { config: { positionKind: 'rotary', activation: 'relu' }, lossOf: bert },
  'relative positions': { config: { positionKind: 'relative' }, lossOf: bert },
  'sigmoid attention': { config: { attentionKind: 'sigmoid' }, lossOf: bert },
  'random attention (Synthesizer)': { config: { attentionKind: 'random' }, lossOf: bert },
  'left to right': { lossOf: bertWith(({ attend }) => causal(attend)) },
  UniLM: { lossOf: bertWith(({ segments, attend }) => prefix(segments, attend)) },
  packed: { lossOf: bertWith(({ segments, attend }) => packed(segments, attend)) },
  'T-TA': {
    config: { layers: 2 },
    lossOf: (parameters, batch, config, key) =>
      predicted(parameters, encodeTta(parameters.encoder, batch, config, key).hidden, batch, config),
  },
  'T-TA with a query token and the diagonal shown': {
    lossOf: (parameters, batch, config, key) =>
      predicted(
        parameters,
        encodeTta(parameters.encoder, batch, config, key, { queryToken: 4, showDiagonal: true }).hidden,
        batch,
        config,
      ),
  },
  'two streams (XLNet)': {
    config: { layers: 2 },
    lossOf: (parameters, batch, config, key) =>
      predicted(
        parameters,
        encodeTwoStream(parameters.encoder, batch, config, { queryToken: 4, key }).hidden,
        batch,
        config,
      ),
  },
  MAE: {
    lossOf: ({ encoder, decoder }, batch, config, key) => {
      const everyPlace = slice(batch.attend, [0, 0], [rows, kept]);
      const inputs = {
        ids: batch.keptIds,
        segments: slice(batch.segments, [0, 0], [rows, kept]),
        ...{ attend: everyPlace, positionIds: batch.keptPositions },
      };
      const { hidden } = encodeBert(encoder, inputs, config, key);
      const { restore, attend, positions, targets, weights } = batch;
      const decoded = decodeRemoved(decoder, { hidden, restore, attend }, decoding, key);
      const head = { embeddings: encoder.embeddings, languageModel: decoder.languageModel };
      return maskedCrossEntropy(predictTokens(head, decoded, positions, decoding), targets, weights).loss;
    },
  },
  'R-Drop': { lossOf: regularised((objective) => rDrop(objective, { alpha: 2 })) },
  FGM: { lossOf: regularised((objective) => fgm(objective, { scope, epsilon: 0.3 })) },
  'gradient penalty': { lossOf: regularised((objective) => gradientPenalty(objective, { scope, epsilon: 1 })) },
};

function initial(own: Partial<EncoderConfig> = {}): { config: EncoderConfig; state: Training<HostTensor> } {
  const config = encoderConfig({ vocabularySize, width: 16, layers: 1, ...small, ...own });
  const random = streamFrom(7);
  const parameters = {
    encoder: initialParameters(config, random),
    decoder: initialMaeDecoder(config, decoding, random),
  };
  return { config, state: { parameters, optimiser: initialAdamW(parameters) } };
}
interface Training<T> {
  readonly parameters: Parameters<T>;
  readonly optimiser: AdamWState<Parameters<T>>;
}

const stepOf = (number: number): Step<HostTensor> => ({
  batch: batchOf(number),
  key: ints([3], Int32Array.of(5, number, 0)),
  ...adamWStep(number, 1e-3),
});

/** One update: dropout, clipping and AdamW included. ε is far above rounding, or AdamW would make steps of gradients that are 0 but for it. */
function update(
  lossOf: LossOf,
  config: EncoderConfig,
  { parameters, optimiser }: Training<Tensor>,
  step: Step<Tensor>,
) {
  const loss = lossOf(parameters, step.batch, config, rootKey(step.key));
  const clipped = clipByGlobalNorm(gradients(loss, parameters), 1);
  const next = adamW({ parameters, gradients: clipped.gradients, state: optimiser } as never, step, {
    adamEpsilon: 1e-4,
  }) as unknown as { parameters: Parameters<Tensor>; state: AdamWState<Parameters<Tensor>> };
  return { loss, state: { parameters: next.parameters, optimiser: next.state } };
}

interface Run {
  readonly losses: number[];
  readonly state: Training<HostTensor>;
}

async function compiled(engine: Engine, lossOf: LossOf, own?: Partial<EncoderConfig>): Promise<Run> {
  const { config, state } = initial(own);
  const variables = createVariables(engine, state);
  const step = compile(variables, (current, inputs: Step<Tensor>) => {
    const { loss, state: next } = update(lossOf, config, current as never, inputs);
    return { outputs: { loss }, state: next as never };
  });
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++)
    losses.push((await step(stepOf(number) as never)).loss.values[0] as number);
  const end = variables.read() as unknown as Training<HostTensor>;
  variables.dispose();
  return { losses, state: end };
}

/** The same, operation by operation: a new expression over constants at each step. */
function eager(engine: Engine, lossOf: LossOf, own?: Partial<EncoderConfig>): Run {
  const { config, state } = initial(own);
  const fixed = <S>(tree: S) =>
    mapTree(tree, ({ values, shape, dtype }: HostTensor) => constant(values, shape, dtype)) as never;
  let current = state;
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++) {
    const next = evaluate(engine, update(lossOf, config, fixed(current), fixed(stepOf(number))));
    losses.push((next.loss as unknown as HostTensor).values[0] as number);
    current = next.state as unknown as Training<HostTensor>;
  }
  return { losses, state: current };
}

describe('compiled steps', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = (await openEngine()).engine;
  });
  afterAll(() => engine.dispose());

  for (const [name, { config, lossOf }] of Object.entries(architectures)) {
    it(`${name}: ${steps} steps agree with eager to 1e-6, and repeat to the bit`, async () => {
      const one = await compiled(engine, lossOf, config);
      const two = await compiled(engine, lossOf, config);
      expect(two).toEqual(one);
      const slow = eager(engine, lossOf, config);
      for (const [i, loss] of slow.losses.entries())
        expect(Math.abs((one.losses[i] as number) - loss), `loss of step ${i + 1}`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(loss)),
        );
      const theirs = new Map(flattenTree<HostTensor>(slow.state as never));
      const start = new Map(flattenTree<HostTensor>(initial(config).state as never));
      let moved = 0;
      for (const [path, { values }] of flattenTree<HostTensor>(one.state as never))
        for (const [i, value] of values.entries()) {
          const other = theirs.get(path)?.values[i] as number;
          if (!(Math.abs(value - other) < 1e-6)) expect.fail(`${path}[${i}] is ${value} compiled, ${other} eager`);
          moved = Math.max(moved, Math.abs(value - (start.get(path)?.values[i] as number)));
        }
      // Something was learned: agreement of steps that do nothing would say nothing.
      expect(moved).toBeGreaterThan(1e-3);
    });
  }
});
