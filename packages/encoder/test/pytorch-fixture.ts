import { readFileSync } from 'node:fs';
import { constant, type Tensor } from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, encoderConfig } from '../src/index.ts';

interface Results {
  readonly hidden: number[];
  readonly logits: number[];
  readonly loss: number;
  readonly gradients: Record<string, number[]>;
}

/** What tooling/oracles/encoder_models.py wrote. */
export const fixture = JSON.parse(readFileSync(new URL('../fixtures/models.json', import.meta.url), 'utf8')) as {
  readonly config: Pick<EncoderConfig, 'vocabularySize' | 'width' | 'layers'>;
  readonly batch: Record<'ids' | 'segments' | 'attend' | 'positions' | 'targets' | 'weights', number[]>;
  readonly parameters: Record<string, number[]>;
  readonly bert: Results;
  readonly tta: Results;
};

export const config = encoderConfig({ ...fixture.config, dropout: 0, attentionDropout: 0 });

/** `[rows, columns]` row-major → `[columns, rows]` row-major. */
const transposed = (values: readonly number[], rows: number, columns: number) =>
  Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number);

/** PyTorch's named arrays as our tree; linear kernels are stored `[out, in]` there. */
export function treeOf(named: Record<string, readonly number[]>): EncoderParameters<Tensor> {
  const valuesOf = (name: string) => named[name] as readonly number[];
  const { width, feedForwardWidth, vocabularySize, maximumLength } = config;
  const linear = (name: string, from: number, to: number) => ({
    kernel: constant(transposed(valuesOf(`${name}.weight`), to, from), [from, to]),
    bias: constant(valuesOf(`${name}.bias`)),
  });
  const norm = (name: string) => ({
    scale: constant(valuesOf(`${name}.weight`)),
    offset: constant(valuesOf(`${name}.bias`)),
  });
  return {
    embeddings: {
      tokenTable: constant(valuesOf('bert.embeddings.word_embeddings.weight'), [vocabularySize, width]),
      positionTable: constant(valuesOf('bert.embeddings.position_embeddings.weight'), [maximumLength, width]),
      segmentTable: constant(valuesOf('bert.embeddings.token_type_embeddings.weight'), [2, width]),
      norm: norm('bert.embeddings.LayerNorm'),
    },
    layers: Array.from({ length: config.layers }, (_, i) => {
      const layer = `bert.encoder.layer.${i}`;
      return {
        attention: {
          query: linear(`${layer}.attention.self.query`, width, width),
          key: linear(`${layer}.attention.self.key`, width, width),
          value: linear(`${layer}.attention.self.value`, width, width),
          output: linear(`${layer}.attention.output.dense`, width, width),
          norm: norm(`${layer}.attention.output.LayerNorm`),
        },
        feedForward: {
          inner: linear(`${layer}.intermediate.dense`, width, feedForwardWidth),
          outer: linear(`${layer}.output.dense`, feedForwardWidth, width),
          norm: norm(`${layer}.output.LayerNorm`),
        },
      };
    }),
    languageModel: {
      transform: linear('cls.predictions.transform.dense', width, width),
      norm: norm('cls.predictions.transform.LayerNorm'),
      bias: constant(valuesOf('cls.predictions.bias')),
    },
  };
}
