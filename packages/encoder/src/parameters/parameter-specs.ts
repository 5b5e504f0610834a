import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters, EncoderParameters, Linear, Norm } from './parameter-tree.ts';

/** A parameter before it has values: its shape and how BERT draws it. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly initial: 'normal' | 'ones' | 'zeros';
}

const spec = (initial: ParameterSpec['initial'], ...shape: number[]): ParameterSpec => ({ shape, initial });
const norm = (of: number): Norm<ParameterSpec> => ({ scale: spec('ones', of), offset: spec('zeros', of) });

/** A linear map's shapes. */
export function linearSpec(from: number, to: number): Linear<ParameterSpec> {
  return { kernel: spec('normal', from, to), bias: spec('zeros', to) };
}

/** Every parameter an encoder of this config has, with its shape: the single place where the tree is decided. */
export function parameterSpecs(config: EncoderConfig): EncoderParameters<ParameterSpec> {
  const { vocabularySize, width, embeddingWidth, feedForwardWidth, maximumLength, segmentTypes, heads } = config;
  const block: BlockParameters<ParameterSpec> = {
    attention: {
      ...(config.attentionKind === 'random'
        ? { scores: spec('normal', heads, maximumLength, maximumLength) }
        : { query: linearSpec(width, width), key: linearSpec(width, width) }),
      value: linearSpec(width, width),
      output: linearSpec(width, width),
      norm: norm(width),
      ...(config.positionKind === 'relative' && { distances: spec('normal', 2 * maximumLength - 1, width / heads) }),
    },
    feedForward: {
      inner: linearSpec(width, feedForwardWidth),
      outer: linearSpec(feedForwardWidth, width),
      norm: norm(width),
    },
  };
  return {
    embeddings: {
      tokenTable: spec('normal', vocabularySize, embeddingWidth),
      ...(config.positionKind === 'absolute' && { positionTable: spec('normal', maximumLength, embeddingWidth) }),
      segmentTable: spec('normal', segmentTypes, embeddingWidth),
      norm: norm(embeddingWidth),
      ...(embeddingWidth !== width && { projection: linearSpec(embeddingWidth, width) }),
    },
    layers: Array.from({ length: config.sharedLayers ? 1 : config.layers }, () => block),
    ...(config.normPlacement === 'pre' && { finalNorm: norm(width) }),
    languageModel: {
      transform: linearSpec(width, embeddingWidth),
      norm: norm(embeddingWidth),
      bias: spec('zeros', vocabularySize),
    },
  };
}
