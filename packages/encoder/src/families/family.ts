import type { HostTensor, Key, Tensor } from '@cloze/backend';
import type { Activation, EncoderConfig, EncoderSizes } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import type { NormalDraw } from '../parameters/draw-parameters.ts';
import type { ParameterSpec } from '../parameters/parameter-specs.ts';
import type { ModelParameters } from '../parameters/parameter-tree.ts';
import type { ConfigReader } from './config-reader.ts';
import type { NamePair } from './name-pairs.ts';

/** What a head is for; transformers' class follows from it. A regression is a `sequence` head with one output. */
export type HeadKind = 'sequence' | 'tokens' | 'span' | 'choice';

/** What the output at a token has seen: `all` of the row, all `others` (T-TA), or only what comes `before` (a left-to-right model). */
export type Visibility = 'all' | 'others' | 'before';

/** How a family makes one vector of a row for its classifier, and what the two maps are called in files. */
export interface HeadForm {
  /** Which position is taken: the first, (RoFormer's multiple choice) the last one, padding or not, or what the config's `classifierPooling` says. */
  readonly position: 'first' | 'last' | 'config';
  /** The map before the classifier: the pretrained pooler, one that is drawn with the head, the dense map and norm of the language-model head, or none. */
  readonly map: 'pooler' | 'classifierDense' | 'tokenHead' | 'none';
  /** After that map; `config` is the encoder's own. */
  readonly activation: 'tanh' | Activation | 'config';
  /** Whether dropout comes before that map as well as before the classifier. */
  readonly dropoutBeforeMap: boolean;
  /** Name of `classifierDense` in files, where there is one. */
  readonly denseName?: string;
  /** Name of the classifier in files. */
  readonly classifierName: string;
}

/** Choices of `encode`. */
export interface EncodeOptions {
  /** Which tokens see which, bool broadcastable to `[batch, heads, length, length]`, instead of the family's own (`prefix`, `packed`, …). @throws {RangeError} for T-TA */
  readonly visible?: Tensor | undefined;
  /** T-TA: let a token see itself, as for fine-tuning; default false. Others always do. */
  readonly showDiagonal?: boolean;
  /** Keep only what stands between blocks for the backward pass and compute the rest again there, default false: less memory, more time. */
  readonly recompute?: boolean;
  /** Whether the graph is to hold for rows of every length, as one that is exported: local layers then work by a mask over all pairs; default false. */
  readonly openLength?: boolean;
}

/**
 * Everything that is particular to a family of encoders: its `config.json`, its names in files, its weights, and how it encodes.
 *
 * `Pretrained`, `encode`, reading and saving ask the record and nothing else, so that a new architecture is one file here and one line in the list.
 */
export interface Family<Name extends string = string> {
  readonly name: Name;
  /** Values of `model_type` that are read as this family; a save keeps the file's own, else writes the first. */
  readonly modelTypes: readonly [string, ...string[]];
  /** Values that older files of ours have: read, never written. */
  readonly formerModelTypes?: readonly string[];
  /** Names of transformers' classes (our own, where it has none): for `architectures`. */
  readonly classes: Readonly<Record<'tokenPrediction' | 'detection' | HeadKind, string>>;
  /** Names of classes of a further `model_type`, where transformers has others for it (XLM-RoBERTa). */
  readonly classesOfType?: Readonly<Record<string, Family['classes']>>;
  /** What names of the encoder begin with in files, `bert` in `bert.encoder.layer.0…`. */
  readonly root: string;
  /** Keys that this family reads though `configKeys` refuses them for others. */
  readonly ownKeys?: readonly string[];
  /** What a fresh config of this family has beside its sizes; its `embeddingWidth` is the most, of narrower blocks their width. */
  readonly fresh?: Partial<EncoderConfig>;
  /** Keys of `config.json` for a model that comes from no file, where transformers' defaults would not fit it. */
  readonly freshKeys?: Readonly<Record<string, unknown>>;
  /** The config of a `config.json`; problems are noted by the reader. */
  readConfig(file: ConfigReader): EncoderSizes;
  /** The keys of `config.json` that this family has. What it cannot say is saved under `cloze`, and the file is then no longer transformers'. */
  writeConfig(config: EncoderConfig): Readonly<Record<string, unknown>>;
  /** Every parameter, with its shape. */
  parameterSpecs(config: EncoderConfig): ModelParameters<ParameterSpec>;
  /** Every parameter under its name in files. */
  names(config: EncoderConfig): NamePair[];
  /** Name of an output matrix of its own. */
  readonly outputName: string;
  /** Names of parts a file may have besides: pooler, ELECTRA's detector. */
  readonly optionalNames: readonly NamePair[];
  /** Tensors that files have and no model needs. */
  constants?(config: EncoderConfig): ReadonlyMap<string, HostTensor>;
  /** How transformers draws what a file lacks. */
  draw(config: Pick<EncoderConfig, 'drawDeviation'>): NormalDraw;
  /** The heads that make one vector of a row. */
  readonly heads: {
    readonly sequence: HeadForm;
    readonly choice: HeadForm;
    /** What stands before the linear map of every position, which labels tokens and finds spans; default none. */
    readonly everyToken?: 'tokenHead';
    /** Name of the map of spans in files, default `qa_outputs`. */
    readonly spanName?: string;
    /** How the maps of a fresh head are drawn; default as what a file lacks. */
    readonly draw?: (config: Pick<EncoderConfig, 'width'>) => NormalDraw;
  };
  /** What the output at a token has seen. */
  visibility(config: EncoderConfig): Visibility;
  /** Encodes rows. @param key none means no dropout */
  encode(
    parameters: ModelParameters<Tensor>,
    inputs: TokenInputs,
    config: EncoderConfig,
    key: Key | undefined,
    options: EncodeOptions,
  ): Encoded;
}
