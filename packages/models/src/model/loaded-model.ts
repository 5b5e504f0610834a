import {
  compile,
  createVariables,
  type Engine,
  flattenTree,
  type HostTensor,
  isHostTensor,
  type MapTree,
  type Placement,
  type Tensor,
  type Variables,
} from '@cloze/backend';
import type { LoadedPretrained } from '@cloze/encoder';
import {
  type Encoded,
  type EncoderConfig,
  type EncoderParameters,
  encode,
  type FamilyName,
  type TokenInputs,
  type Visibility,
  visibilityOf,
} from '@cloze/encoder';
import {
  type NativeTokenizer,
  type OpenTokenizerOptions,
  type PlacedEncoding,
  padEncodings,
  type SpecialIds,
} from '@cloze/tokenizer';
import { hashOf, sha256 } from '../hash-of.ts';
import type { HeadParameters, TaskParameters } from '../tasks/prepared-task.ts';
import { checkOutputs } from './check-outputs.ts';
import { checkWeights } from './check-weights.ts';
import { type ModelBatch, modelBatch } from './model-batch.ts';
import { lengthBuckets, perDoublingFor, roundUp } from './shape-buckets.ts';
import { tokenizerOf } from './tokenizer-of.ts';

/** A model's weights inside a traced function: the encoder and what the checkpoint has of a head. */
export type ModelTensors = TaskParameters<Tensor>;

/** A checkpoint's weights on an engine, with its tokenizer: what every function of this package works with. */
export interface LoadedModel {
  /** The folder or hub id it came from. */
  readonly name: string;
  readonly config: EncoderConfig;
  readonly family: FamilyName;
  /** What the output at a token has seen: all, all others (T-TA), or what comes before (`is_decoder` in the config). */
  readonly visibility: Visibility;
  readonly parameters: EncoderParameters<HostTensor>;
  /** Everything the folder held, for saving it again. */
  readonly loaded: LoadedPretrained;
  /** Cuts at the longest row. */
  readonly tokenizer: NativeTokenizer;
  /** The tokenizer, cutting at another length; without one, cutting nothing. @throws {RangeError} for a length beyond the longest row */
  tokenizerOf(maximumLength?: number): NativeTokenizer;
  /** The tokenizer as sentence-transformers' files of the folder want it: shorter rows, lower-cased text. */
  sentenceTokenizer(): NativeTokenizer;
  readonly special: Partial<SpecialIds>;
  /** What is odd in the tokenizer's files and was read nevertheless. */
  readonly notes: readonly string[];
  readonly padId: number;
  /** The token that stands for a hidden one. @throws {Error} for a tokenizer without */
  needMask(): { readonly id: number; readonly token: string };
  /** Longest row, special tokens included. */
  readonly maximumLength: number;
  readonly engine: Engine;
  /** Threads, devices and precision of what is compiled over the weights. */
  readonly placement: Placement;
  /** How a special token that a text spells counts. */
  readonly specialInText: 'apart' | 'ordinary';
  /** @throws {Error} when the checkpoint had no language-model head and its weights were drawn at random */
  needHead(): void;
  /** Whether graphs are to hold for rows of every length, as one that is exported; default false. */
  readonly openLength?: boolean;
  /** Encodes rows as this family does; use it inside `compile`. T-TA hides the diagonal. */
  forward(parameters: EncoderParameters<Tensor>, inputs: TokenInputs): Encoded;
  /**
   * Encodings as a batch. Rows and length are padded to the next of a few sizes, so that few shapes are traced; rows to spare repeat the first.
   *
   * @param ofRows rows that are asked for in all, default these: of many, more lengths pay
   */
  batchOf(encodings: readonly PlacedEncoding[], ofRows?: number): ModelBatch<HostTensor>;
  /** The encoder and what the checkpoint has of a head. */
  readonly weights: TaskParameters<HostTensor>;
  /** The weights on the engine, put there when they are first asked for: a model that is only trained further never needs them there. */
  variables(): Variables<TaskParameters<HostTensor>>;
  /** A pure function of the weights and a batch, compiled; all functions share one copy of the weights. */
  compile<B, O>(
    run: (model: ModelTensors, batch: B) => O,
  ): (batch: MapTree<B, HostTensor>) => Promise<MapTree<O, HostTensor>>;
  /** What `make` gave at the first call with this key: a function is traced once, however often a model is asked. */
  once<T>(key: string, make: () => T): T;
  /** SHA-256 of the weights, by name, shape and value. */
  hash(): Promise<string>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Puts the weights of a checkpoint on an engine and opens its tokenizer.
 *
 * @param name the folder or hub id it came from, for messages @param specialInText how a special token that a text spells counts
 * @throws {Error} for a tokenizer that is absent or of another model; when it is first asked, {RangeError} for weights that are NaN or infinite
 */
export function loadModel(
  name: string,
  loaded: LoadedPretrained,
  engine: Engine,
  placement: Placement = {},
  specialInText: OpenTokenizerOptions['specialInText'] = 'apart',
): LoadedModel {
  const { config, family, parameters, missing } = loaded;
  const longest = config.maximumLength - config.positionOffset;
  const { tokenizer, special, maskToken, notes } = tokenizerOf(name, loaded, { maximumLength: longest, specialInText });
  // Blank lines at the end of a vocab.txt are ids of no token, which no text has.
  let ids = tokenizer.size;
  while (ids > 0 && tokenizer.tokenOf(ids - 1) === undefined) ids--;
  if (ids > config.vocabularySize)
    throw new Error(
      `${name}: the tokenizer has ${ids} tokens, the model a table of ${config.vocabularySize} rows: they do not belong together.`,
    );
  const { pooler, classifierDense, classifier, span, crf } = loaded;
  const head: HeadParameters<HostTensor> = {
    ...(pooler && { pooler }),
    ...(classifierDense && { classifierDense }),
    ...(classifier && { classifier }),
    ...(span && { span }),
    ...(crf && { crf }),
  };
  const weights: TaskParameters<HostTensor> = { encoder: parameters, head };
  let onEngine: Variables<TaskParameters<HostTensor>> | undefined;
  const variables = () => {
    if (onEngine) return onEngine;
    checkWeights(name, weights);
    onEngine = createVariables(engine, weights, placement);
    return onEngine;
  };
  const made = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
  return {
    name,
    config,
    family,
    visibility: visibilityOf(family, config),
    parameters,
    loaded,
    tokenizer,
    tokenizerOf: (maximumLength) => {
      if (maximumLength === undefined)
        return once('tokenizer that cuts nothing', () => tokenizerOf(name, loaded, { specialInText }).tokenizer);
      if (maximumLength > longest)
        throw new RangeError(`${name} reads at most ${longest} tokens, not ${maximumLength}.`);
      return tokenizerOf(name, loaded, { maximumLength, specialInText }).tokenizer;
    },
    sentenceTokenizer: () => {
      const { maximumLength = longest, lowercase = false } = loaded.sentence ?? {};
      const length = Math.min(maximumLength, longest);
      if (length === longest && !lowercase) return tokenizer;
      return once(
        'tokenizer of sentences',
        () => tokenizerOf(name, loaded, { maximumLength: length, lowercase, specialInText }).tokenizer,
      );
    },
    special,
    notes,
    padId: special.pad ?? 0,
    needMask: () => {
      if (special.mask === undefined || maskToken === undefined)
        throw new Error(`${name}: its tokenizer has no mask token.`);
      return { id: special.mask, token: maskToken };
    },
    maximumLength: longest,
    engine,
    placement,
    specialInText,
    needHead: () => {
      const head = missing.filter((tensor) => /predictions|lm_head/.test(tensor));
      if (head.length > 0)
        throw new Error(
          `${name} has no language-model head (${head.join(', ')} are not in the file), so it cannot predict tokens.`,
        );
    },
    forward: (tree, inputs) => encode(family, tree, inputs, config),
    batchOf: (encodings, ofRows = encodings.length) => {
      const buckets = lengthBuckets(longest, perDoublingFor(ofRows));
      const [first] = encodings;
      const rows = roundUp(encodings.length);
      const filled = first ? [...encodings, ...Array<PlacedEncoding>(rows - encodings.length).fill(first)] : [];
      return modelBatch(padEncodings(filled, { padId: special.pad ?? 0, buckets }), config);
    },
    weights,
    variables,
    compile: <B, O>(run: (model: ModelTensors, batch: B) => O) => {
      const ask = compile(variables(), (state, batch: B) => ({ outputs: run(state, batch) }));
      return async (batch: MapTree<B, HostTensor>) => {
        const outputs = await ask(batch);
        const { tokenOf } = tokenizer;
        await checkOutputs(name, { outputs, batch, misplaced: () => ask.misplaced(batch), tokenOf });
        return outputs;
      };
    },
    once,
    hash: async () => {
      const leaves: Record<string, unknown> = {};
      for (const [path, { shape, values }] of flattenTree(weights, isHostTensor)) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        leaves[path] = [shape, await sha256(new Uint8Array(bytes))];
      }
      return hashOf(leaves);
    },
    dispose: () => onEngine?.dispose(),
  };
}
