import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters, EncoderParameters, Linear, Norm } from './parameter-tree.ts';

interface Uniform {
  next(): number;
}

function truncatedNormal(random: Uniform): number {
  for (;;) {
    const drawn = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    if (Math.abs(drawn) <= 2) return drawn;
  }
}

const host = (shape: number[], initial: () => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, extent) => n * extent, 1) }, initial),
});

/** A linear map with normal weights of standard deviation 0.02, cut at two deviations, and zero bias. */
export function initialLinear(from: number, to: number, random: Uniform, spread = 0.02): Linear<HostTensor> {
  return { kernel: host([from, to], () => spread * truncatedNormal(random)), bias: host([to], () => 0) };
}

/**
 * Fresh weights as BERT draws them: normal with standard deviation 0.02 cut at two deviations, norms one and zero, biases zero.
 *
 * @param random the only source of randomness
 */
export function initialParameters(config: EncoderConfig, random: Uniform): EncoderParameters<HostTensor> {
  const { vocabularySize, width, feedForwardWidth, maximumLength, segmentTypes } = config;
  const table = (rows: number) => host([rows, width], () => 0.02 * truncatedNormal(random));
  const norm = (): Norm<HostTensor> => ({ scale: host([width], () => 1), offset: host([width], () => 0) });
  const square = () => initialLinear(width, width, random);
  const block = (): BlockParameters<HostTensor> => ({
    attention: { query: square(), key: square(), value: square(), output: square(), norm: norm() },
    feedForward: {
      inner: initialLinear(width, feedForwardWidth, random),
      outer: initialLinear(feedForwardWidth, width, random),
      norm: norm(),
    },
  });
  return {
    embeddings: {
      words: table(vocabularySize),
      positions: table(maximumLength),
      segments: table(segmentTypes),
      norm: norm(),
    },
    layers: Array.from({ length: config.layers }, block),
    languageModel: { transform: square(), norm: norm(), bias: host([vocabularySize], () => 0) },
  };
}
