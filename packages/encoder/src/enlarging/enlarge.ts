import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters, EncoderParameters, LinearMap, Norm } from '../parameters/parameter-tree.ts';

/** Each entry along an axis repeated in place, then everything times `by`. */
function repeated({ shape, dtype, values }: HostTensor, axes: readonly number[], k: number, by: number): HostTensor {
  const wide = shape.map((extent, axis) => (axes.includes(axis) ? extent * k : extent));
  const out = new Float32Array(wide.reduce((n, extent) => n * extent, 1));
  for (let index = 0; index < out.length; index++) {
    // The flat index taken apart from the last axis on, and put together again in the old shape.
    let [rest, from, stride] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = rest % (wide[axis] as number);
      rest = Math.floor(rest / (wide[axis] as number));
      from += stride * (axes.includes(axis) ? Math.floor(place / k) : place);
      stride *= shape[axis] as number;
    }
    out[index] = by * (values[from] as number);
  }
  return { shape: wide, dtype, values: out };
}

/**
 * The same function k times as wide, for pretraining to go on from (Su 2021, kexue.fm/archives/8444, with its table corrected).
 *
 * Vectors become `x̃ᵢ = x_⌈i/k⌉ / √k`; every map is scaled so that each layer computes the repeated result of the old one, and all
 * logits stay equal (to float32 rounding, for any activation). The norms' ε of the body is divided by k, the head's stays. The article's ½ for
 * the second feed-forward bias is wrong: it must be 1/√k.
 *
 * @param k the factor, a whole number ≥ 1; heads stay, each k times as wide
 * @throws {RangeError} for a k that is no whole number from 1, for rotary or disentangled positions, and a convolution
 */
export function enlarge(
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig,
  k: number,
): { readonly parameters: EncoderParameters<HostTensor>; readonly config: EncoderConfig } {
  const problems: string[] = [];
  if (!(Number.isInteger(k) && k >= 1)) problems.push(`k must be a whole number from 1, got ${k}`);
  if (config.positionKind === 'rotary')
    problems.push("positionKind 'rotary' cannot be enlarged without loss: its angles depend on the width of a head");
  if (config.normKind === 'rms' || config.headTransform === false || config.biasBuckets)
    problems.push("normKind 'rms', headTransform false and biasBuckets cannot be enlarged: nobody has worked out how");
  if (config.positionKind === 'disentangled' || config.convolution)
    problems.push(
      'a DeBERTa cannot be enlarged: its scores are a sum over three products, its convolution one over places',
    );
  if (problems.length > 0) throw new RangeError(`enlarge: ${problems.join('; ')}.`);
  const root = 1 / Math.sqrt(k);
  const table = (x: HostTensor) => repeated(x, [1], k, root);
  const vector = (x: HostTensor, by: number) => repeated(x, [0], k, by);
  const norm = ({ scale, offset }: Norm<HostTensor>, by = root): Norm<HostTensor> => ({
    scale: vector(scale, by),
    ...(offset && { offset: vector(offset, by) }),
  });
  const linear = <M extends LinearMap<HostTensor>>({ kernel, bias }: M, kernelBy: number, biasBy: number) => ({
    kernel: repeated(kernel, [0, 1], k, kernelBy),
    ...(bias && { bias: vector(bias, biasBy) }),
  });
  // 1/√d of the scores shrinks by √k: queries and keys make up a fourth root each.
  const fourth = k ** 0.25;
  const queries = (map: LinearMap<HostTensor>) => linear(map, fourth / k, fourth * root);
  const layer = ({ attention, feedForward }: BlockParameters<HostTensor>): BlockParameters<HostTensor> => ({
    attention: {
      ...(attention.query && { query: queries(attention.query) }),
      ...(attention.key && { key: queries(attention.key) }),
      ...(attention.scores && { scores: attention.scores }),
      ...(attention.distances && { distances: repeated(attention.distances, [1], k, fourth * root) }),
      value: linear(attention.value, 1 / k, root),
      output: linear(attention.output, 1 / k, root),
      ...(attention.norm && { norm: norm(attention.norm) }),
    },
    feedForward: {
      inner: linear(feedForward.inner, root, 1),
      outer: linear(feedForward.outer, root / k, root),
      norm: norm(feedForward.norm),
    },
  });
  const { embeddings, layers, finalNorm, languageModel } = parameters;
  return {
    parameters: {
      embeddings: {
        tokenTable: table(embeddings.tokenTable),
        ...(embeddings.positionTable && { positionTable: table(embeddings.positionTable) }),
        ...(embeddings.segmentTable && { segmentTable: table(embeddings.segmentTable) }),
        ...(embeddings.norm && { norm: norm(embeddings.norm) }),
        ...(embeddings.projection && { projection: linear(embeddings.projection, 1 / k, root) }),
      },
      ...(finalNorm && { finalNorm: norm(finalNorm) }),
      layers: layers.map(layer),
      languageModel: {
        ...(languageModel.transform && { transform: linear(languageModel.transform, root, 1) }),
        ...(languageModel.norm && { norm: norm(languageModel.norm) }),
        ...(languageModel.bias && { bias: languageModel.bias }),
        ...(languageModel.output && { output: table(languageModel.output) }),
      },
    },
    config: {
      ...config,
      width: config.width * k,
      embeddingWidth: config.embeddingWidth * k,
      feedForwardWidth: config.feedForwardWidth * k,
      normEpsilon: config.normEpsilon / k,
      headNormEpsilon: config.headNormEpsilon ?? config.normEpsilon,
    },
  };
}
