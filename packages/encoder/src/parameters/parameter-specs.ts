import type { EncoderConfig } from '../config/encoder-config.ts';
import { distanceSpan } from '../layers/distance-bucket.ts';
import { storedLayers } from '../layers/stored-layers.ts';
import type { BlockParameters, EncoderParameters, Linear, LinearMap, Norm } from './parameter-tree.ts';

/** A parameter before it has values: its shape and how BERT draws it. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly initial: 'normal' | 'ones' | 'zeros';
}

const spec = (initial: ParameterSpec['initial'], ...shape: number[]): ParameterSpec => ({ shape, initial });

/** A linear map's shapes. */
export function linearSpec(from: number, to: number): Linear<ParameterSpec> {
  return { kernel: spec('normal', from, to), bias: spec('zeros', to) };
}

/** A linear map's shapes, with a bias or without. */
const mapSpec = (from: number, to: number, hasBias = true): LinearMap<ParameterSpec> =>
  hasBias ? linearSpec(from, to) : { kernel: spec('normal', from, to) };

/** Every parameter an encoder of this config has, with its shape: the single place where the tree is decided. */
export function parameterSpecs(config: EncoderConfig): EncoderParameters<ParameterSpec> {
  const { vocabularySize, width, embeddingWidth, feedForwardWidth, maximumLength, segmentTypes, heads } = config;
  const { attentionBias, feedForwardBias, normOffset = true, headBias, outputBias = true } = config;
  const norm = (of: number): Norm<ParameterSpec> => ({
    scale: spec('ones', of),
    ...(normOffset && { offset: spec('zeros', of) }),
  });
  const isDisentangled = config.positionKind === 'disentangled';
  const positionMaps = isDisentangled && !config.sharedPositionMaps;
  const attentionMap = () => mapSpec(width, width, attentionBias);
  const block = (layer: number): BlockParameters<ParameterSpec> => ({
    attention: {
      ...(config.attentionKind === 'random'
        ? { scores: spec('normal', heads, maximumLength, maximumLength) }
        : { query: attentionMap(), key: attentionMap() }),
      value: attentionMap(),
      output: attentionMap(),
      ...((layer > 0 || config.firstNorm !== false) && { norm: norm(width) }),
      ...(config.positionKind === 'relative' && { distances: spec('normal', 2 * maximumLength - 1, width / heads) }),
      ...(positionMaps && config.disentangledParts !== 'positionToContent' && { positionKey: attentionMap() }),
      ...(positionMaps && config.disentangledParts !== 'contentToPosition' && { positionQuery: attentionMap() }),
    },
    feedForward: {
      inner: mapSpec(width, (config.gated ? 2 : 1) * feedForwardWidth, feedForwardBias),
      outer: mapSpec(feedForwardWidth, width, feedForwardBias),
      norm: norm(width),
    },
  });
  return {
    embeddings: {
      tokenTable: spec('normal', vocabularySize, embeddingWidth),
      ...((config.positionKind === 'absolute' || (isDisentangled && config.absoluteToo)) && {
        positionTable: spec('normal', maximumLength, embeddingWidth),
      }),
      ...(segmentTypes > 0 && { segmentTable: spec('normal', segmentTypes, embeddingWidth) }),
      ...(config.embeddingNorm !== false && { norm: norm(embeddingWidth) }),
      ...(embeddingWidth !== width && { projection: linearSpec(embeddingWidth, width) }),
    },
    layers: Array.from({ length: storedLayers(config) }, (_, layer) => block(layer)),
    ...(config.normPlacement === 'pre' && { finalNorm: norm(width) }),
    ...(config.biasBuckets && { distanceBias: spec('normal', config.biasBuckets, heads) }),
    ...(isDisentangled && {
      distances: {
        table: spec('normal', 2 * distanceSpan(config), width),
        ...(config.distanceNorm && { norm: norm(width) }),
      },
    }),
    ...(config.convolution && {
      convolution: {
        kernel: spec('normal', width, width, config.convolution),
        bias: spec('zeros', width),
        norm: norm(width),
      },
    }),
    languageModel: {
      ...(config.headTransform !== false && {
        transform: mapSpec(width, embeddingWidth, headBias),
        norm: norm(embeddingWidth),
      }),
      ...(config.ownOutput && { output: spec('normal', vocabularySize, embeddingWidth) }),
      ...(outputBias && { bias: spec('zeros', vocabularySize) }),
    },
  };
}
