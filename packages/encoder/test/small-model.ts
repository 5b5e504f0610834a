import { constant, type HostTensor, isHostTensor, mapTree, type Tensor } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { type EncoderConfig, type EncoderParameters, encoderConfig, initialParameters } from '../src/index.ts';

/** A model with weights large enough that every token matters, and no dropout. */
export function smallModel(own: Partial<EncoderConfig> = {}): {
  readonly config: EncoderConfig;
  readonly host: EncoderParameters<HostTensor>;
  readonly tensors: EncoderParameters<Tensor>;
} {
  const config = encoderConfig({
    vocabularySize: 20,
    width: 16,
    layers: 3,
    heads: 2,
    feedForwardWidth: 32,
    maximumLength: 12,
    dropout: 0,
    attentionDropout: 0,
    ...own,
  });
  const random = streamFrom(5);
  const host = mapTree(initialParameters(config, random), ({ shape, dtype, values }: HostTensor) => ({
    shape,
    dtype,
    values: Float32Array.from(values, (v) => (v === 1 ? 1 : v * 15 + 0.1 * (random.next() - 0.5))),
  })) as EncoderParameters<HostTensor>;
  return { config, host, tensors: asTensors(host) };
}

/** A tree of host values as constants. */
export function asTensors<T>(tree: EncoderParameters<HostTensor> | T): EncoderParameters<Tensor> {
  return mapTree(
    tree,
    ({ values, shape }) => constant(values, shape),
    isHostTensor,
  ) as unknown as EncoderParameters<Tensor>;
}

/** One row (or more) of tokens, all real, one segment unless given. */
export function tokens(
  ids: readonly number[],
  { rows = 1, segments }: { rows?: number; segments?: readonly number[] } = {},
) {
  const shape = [rows, ids.length / rows];
  return {
    ids: constant(ids, shape, 'int32'),
    segments: constant(segments ?? ids.map(() => 0), shape, 'int32'),
    attend: constant(
      ids.map((id) => (id === 0 ? 0 : 1)),
      shape,
      'bool',
    ),
  };
}
