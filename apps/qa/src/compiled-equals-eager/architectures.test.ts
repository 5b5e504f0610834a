import { bools, type Engine, floats, type HostTensor, ints, type Key, slice, type Tensor } from '@cloze/backend';
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
import { afterAll, beforeAll, describe, it } from 'vitest';
import { compareWithEager, engineUnderTest, hasXla, steps } from './compare-with-eager.ts';

const [rows, length, slots, vocabularySize, kept] = [3, 8, 2, 40, 4];

interface Batch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  readonly targetPositions: T;
  readonly targets: T;
  readonly weights: T;
  readonly order: T;
  readonly keptIds: T;
  readonly keptPositions: T;
  readonly restore: T;
}
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
    targetPositions: everyRow([1, 5]),
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
  { targetPositions, targets, weights }: Batch<Tensor>,
  config: EncoderConfig,
) => maskedCrossEntropy(predictTokens(encoder, hidden, targetPositions, config), targets, weights).loss;

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
      const { restore, attend, targetPositions, targets, weights } = batch;
      const decoded = decodeRemoved(decoder, { hidden, restore, attend }, decoding, key);
      const head = { embeddings: encoder.embeddings, languageModel: decoder.languageModel };
      return maskedCrossEntropy(predictTokens(head, decoded, targetPositions, decoding), targets, weights).loss;
    },
  },
};

/** Parameters of an encoder and of MAE's decoder. */
function initial(config: EncoderConfig) {
  const random = streamFrom(7);
  return { encoder: initialParameters(config, random), decoder: initialMaeDecoder(config, decoding, random) };
}

describe('compiled steps', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await engineUnderTest();
  });
  afterAll(() => engine.dispose());

  for (const [name, { config: own, lossOf }] of Object.entries(architectures)) {
    it(`${name}: ${steps} steps agree with eager to 1e-6, and repeat to the bit`, async () => {
      const config = encoderConfig({ vocabularySize, width: 16, layers: 1, ...small, ...own });
      await compareWithEager<Parameters<HostTensor>, Batch<Tensor>>(engine, {
        start: initial(config),
        batchOf,
        lossOf: (parameters, batch, key) => lossOf(parameters, batch, config, key),
      });
    });
  }

  // Stretches as small as these are left to TensorFlow's kernels otherwise; two stand for all, compiling takes its time.
  for (const name of hasXla ? ['BERT', 'T-TA'] : []) {
    it(`${name}, every stretch compiled by XLA: the same`, async () => {
      const { config: own, lossOf } = architectures[name] as (typeof architectures)[string];
      const config = encoderConfig({ vocabularySize, width: 16, layers: 1, ...small, ...own });
      await compareWithEager<Parameters<HostTensor>, Batch<Tensor>>(
        engine,
        {
          start: initial(config),
          batchOf,
          lossOf: (parameters, batch, key) => lossOf(parameters, batch, config, key),
        },
        { fuse: true },
      );
    });
  }
});
