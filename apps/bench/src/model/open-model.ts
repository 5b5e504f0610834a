import {
  compile,
  createVariables,
  type Engine,
  type EngineName,
  type HostTensor,
  type MapTree,
  type Tensor,
} from '@cloze/backend';
import {
  causal,
  type Encoded,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  encodeTta,
  type Linear,
  type ModelFamily,
  type TokenInputs,
} from '@cloze/encoder';
import { type LoadedPretrained, loadPretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import {
  type NativeTokenizer,
  openTokenizer,
  type PlacedEncoding,
  padEncodings,
  type SpecialIds,
} from '@cloze/tokenizer';
import { bools, ints } from '../host-tensors.ts';
import { openEngine } from './open-engine.ts';

/** How a model is opened. */
export interface OpenModelOptions {
  /** An engine that is open already (it stays open), or the name of one; default the best that works. */
  readonly engine?: Engine | EngineName | undefined;
  /** Draws weights the file lacks, a head say; default 1. */
  readonly seed?: number;
}

/** A model's weights inside a traced function. */
export interface ModelTensors {
  readonly encoder: EncoderParameters<Tensor>;
  readonly pooler?: Linear<Tensor>;
}

/** Rows as a model takes them, `[rows, length]` each. */
export interface ModelBatch<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
}

/** A checkpoint on an engine, with its tokenizer: what every command that takes `--model` works with. */
export interface OpenModel {
  /** The folder or hub id it came from. */
  readonly name: string;
  readonly config: EncoderConfig;
  /** `tta` is a T-TA; the others are BERT and its kin. */
  readonly architecture: ModelFamily;
  /** Whether a token sees only what is before it (`is_decoder` in the config). */
  readonly leftToRight: boolean;
  readonly parameters: EncoderParameters<HostTensor>;
  /** Everything the folder held, for saving it again. */
  readonly loaded: LoadedPretrained;
  readonly tokenizer: NativeTokenizer;
  readonly special: Partial<SpecialIds>;
  readonly padId: number;
  /** @throws {Error} for a tokenizer without a mask token */
  readonly maskId: number;
  /** @throws {Error} for a tokenizer without a mask token */
  readonly maskToken: string;
  /** Longest row, special tokens included. */
  readonly maximumLength: number;
  readonly engine: Engine;
  /** Better engines and why they are not used; empty for an engine that was passed in. */
  readonly refused: readonly { readonly name: EngineName; readonly reason: string }[];
  /** @throws {Error} when the checkpoint had no language-model head and its weights were drawn at random */
  needHead(): void;
  /** Encodes rows as this architecture does; use it inside `compile`. T-TA hides the diagonal. */
  encode(parameters: EncoderParameters<Tensor>, inputs: TokenInputs): Encoded;
  /** Encodings as a batch, padded to the next of a few lengths so that few shapes are traced. `rows` fills up with copies of the first. */
  batchOf(encodings: readonly PlacedEncoding[], rows?: number): ModelBatch<HostTensor>;
  /** A pure function of the weights and a batch, compiled; all functions share one copy of the weights. */
  compile<B, O>(
    run: (model: ModelTensors, batch: B) => O,
  ): (batch: MapTree<B, HostTensor>) => Promise<MapTree<O, HostTensor>>;
  /** Frees the weights, and the engine if it was opened here. */
  dispose(): void;
}

/** Lengths that rows are padded to. */
const buckets = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/**
 * Opens a folder as Hugging Face lays it out, or a hub id, with its tokenizer, on an engine.
 *
 * @throws {CheckpointError} for a file that is torn, hostile or does not fit; {Error} for a tokenizer that is absent or of another model
 */
export async function openModel(
  folderOrHubId: string,
  { engine: wanted, seed = 1 }: OpenModelOptions = {},
): Promise<OpenModel> {
  const loaded = await loadPretrained(folderOrHubId, { fill: streamFrom(seed).fork('missing weights') });
  const { config, family, parameters, missing, file, pooler } = loaded;
  const longest = config.maximumLength - config.positionOffset;
  const { tokenizer, special, maskToken } = openTokenizer(loaded.tokenizerFiles, folderOrHubId, {
    maximumLength: longest,
  });
  if (tokenizer.size > config.vocabularySize)
    throw new Error(
      `${folderOrHubId}: the tokenizer has ${tokenizer.size} tokens, the model a table of ${config.vocabularySize} rows: they do not belong together.`,
    );
  const { engine, refused } =
    wanted === undefined || typeof wanted === 'string' ? await openEngine(wanted) : { engine: wanted, refused: [] };
  const variables = createVariables(engine, { encoder: parameters, ...(pooler && { pooler }) });
  const leftToRight = file.is_decoder === true;
  const needMask = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error(`${folderOrHubId}: its tokenizer has no mask token.`);
    return value;
  };
  return {
    name: folderOrHubId,
    config,
    architecture: family,
    leftToRight,
    parameters,
    loaded,
    tokenizer,
    special,
    padId: special.pad ?? 0,
    get maskId() {
      return needMask(special.mask);
    },
    get maskToken() {
      return needMask(maskToken);
    },
    maximumLength: longest,
    engine,
    refused,
    needHead: () => {
      const head = missing.filter((name) => /predictions|lm_head/.test(name));
      if (head.length > 0)
        throw new Error(
          `${folderOrHubId} has no language-model head (${head.join(', ')} are not in the file), so it cannot predict tokens.`,
        );
    },
    encode: (tree, inputs) => {
      if (family === 'tta') return encodeTta(tree, inputs, config);
      const visible = leftToRight ? causal(inputs.attend) : undefined;
      return encodeBert(tree, inputs, config, undefined, { visible });
    },
    batchOf: (encodings, rows = encodings.length) => {
      const [first] = encodings;
      const filled = first ? [...encodings, ...Array<PlacedEncoding>(rows - encodings.length).fill(first)] : [];
      const batch = padEncodings(filled, {
        padId: special.pad ?? 0,
        buckets: [...buckets.filter((bucket) => bucket < longest), longest],
      });
      // RoBERTa has one segment; its tokenizers say so, others' may not.
      const segments = config.segmentTypes === 1 ? new Int32Array(batch.ids.length) : batch.segments;
      return {
        ids: ints(batch.shape, batch.ids),
        segments: ints(batch.shape, segments),
        attend: bools(batch.shape, batch.attend),
      };
    },
    compile: (run) =>
      compile(variables, (state, batch) => ({ outputs: run(state as unknown as ModelTensors, batch as never) })),
    dispose: () => {
      variables.dispose();
      if (wanted === undefined || typeof wanted === 'string') engine.dispose();
    },
  };
}
