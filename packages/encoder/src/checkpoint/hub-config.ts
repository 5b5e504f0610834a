import type { StoredFloat } from '@cloze/backend';
import { type EncoderConfig, encoderConfig, mostSizes } from '../config/encoder-config.ts';
import { keyProblems } from '../families/config-keys.ts';
import { activationNamed, configReader } from '../families/config-reader.ts';
import { classesFor, type FamilyName, families, familyOf, familyOfModelType } from '../families/families.ts';
import { CheckpointError } from './checkpoint-error.ts';
import type { CheckpointExtras } from './convert/checkpoint-extras.ts';
import { type FineTunedHead, headKindOf, headProblems, readHead, writeHead } from './fine-tuned-head.ts';

/** A `config.json` understood: ours, the family, and the file itself, whose other keys survive a round trip. */
export interface HubConfig {
  readonly config: EncoderConfig;
  readonly family: FamilyName;
  /** What the file's class says of a fine-tuned head. */
  readonly head?: FineTunedHead;
  readonly file: Readonly<Record<string, unknown>>;
}

/** A padding row that the token table does not have. */
function padProblems({ pad_token_id: pad, vocab_size: size }: Readonly<Record<string, unknown>>): string[] {
  if (pad === undefined || pad === null || typeof size !== 'number') return [];
  // Python counts from the end below 0: −1 is the last row.
  if (typeof pad === 'number' && Number.isInteger(pad) && pad < size && pad >= -size) return [];
  return [
    `'pad_token_id' must be a row of the ${size} that 'vocab_size' says, got ${typeof pad === 'number' ? pad : JSON.stringify(pad)}`,
  ];
}

/**
 * Reads the keys of Hugging Face's `config.json`.
 *
 * @throws {CheckpointError} naming every key that is missing, of the wrong type, or asks for something not built here
 */
export function configFromHub(file: Readonly<Record<string, unknown>>): HubConfig {
  const reader = configReader(file);
  const named = file.model_type === 'cloze' ? file.cloze_family : file.model_type;
  const found = familyOfModelType(named);
  if (!found)
    reader.problems.push(
      `'model_type' must be one of ${families.flatMap(({ modelTypes }) => modelTypes).join(', ')}, got ${JSON.stringify(named)}`,
    );
  // Without a family the other keys are read as BERT's, so that all problems are told at once.
  const family = found ?? 'bert';
  const sizes = familyOf(family).readConfig(reader);
  // `false` parts the output matrix from the token table; what is neither true nor false would say nothing.
  reader.flag('tie_word_embeddings', true);
  for (const problem of [...keyProblems(file, familyOf(family).ownKeys), ...headProblems(file), ...padProblems(file)])
    reader.problems.push(problem);
  if (reader.problems.length > 0) throw new CheckpointError(`config.json: ${reader.problems.join('; ')}.`);
  const head = readHead(family, file);
  const ours = (file.cloze ?? {}) as Partial<EncoderConfig>;
  const large = Object.entries(mostSizes).filter(
    ([key, most]) => Number(ours[key as keyof typeof mostSizes] ?? 0) > most,
  );
  if (large.length > 0)
    throw new CheckpointError(
      `config.json: ${large.map(([key, most]) => `'cloze.${key}' must be at most ${most}, got ${ours[key as keyof typeof mostSizes]}`).join('; ')}.`,
    );
  try {
    return { config: encoderConfig({ ...sizes, ...ours }), family, ...(head && { head }), file };
  } catch (error) {
    throw new CheckpointError(`config.json: ${error instanceof Error ? error.message : error}`);
  }
}

/** A config with what it leaves to its defaults said aloud. */
const spelledOut = (config: EncoderConfig) => ({
  headNormEpsilon: config.normEpsilon,
  headActivation: config.activation,
  leftToRight: false,
  predictsNext: false,
  rotaryValues: false,
  classifierDropout: config.dropout,
  drawDeviation: 0.02,
  rotaryBase: 10_000,
  localRotaryBase: config.rotaryBase ?? 10_000,
  rotaryPairs: 'adjacent',
  localWindow: 0,
  globalEvery: 3,
  gated: false,
  firstNorm: true,
  attentionBias: true,
  feedForwardBias: true,
  normOffset: true,
  headBias: true,
  outputBias: true,
  embeddingDropout: config.dropout,
  attentionOutputDropout: config.dropout,
  classifierPooling: 'first',
  absoluteToo: false,
  disentangledParts: 'both',
  distanceBuckets: 0,
  longestDistance: config.maximumLength,
  sharedPositionMaps: false,
  distanceNorm: false,
  convolution: 0,
  convolutionActivation: 'tanh',
  legacyHead: true,
  biasBuckets: 0,
  layerGroups: 1,
  groupLayers: 1,
  normKind: 'layer',
  embeddingNorm: true,
  headTransform: true,
  ownOutput: false,
  ...config,
});

/** What a config has that the file alone does not say: it goes under `cloze`. */
function unsaid(config: EncoderConfig, family: FamilyName, file: Readonly<Record<string, unknown>>) {
  const said: Readonly<Record<string, unknown>> = spelledOut(
    encoderConfig(familyOf(family).readConfig(configReader(file))),
  );
  const meant: Readonly<Record<string, unknown>> = spelledOut(config);
  return Object.fromEntries(
    [...Object.keys(said), 'queryToken', 'embeddingCorrection']
      .filter((key) => meant[key] !== undefined && meant[key] !== said[key])
      .map((key) => [key, meant[key]]),
  );
}

/** Keys that are written where they say something else than this, or stood in the file before. */
const unspoken: Readonly<Record<string, unknown>> = {
  position_embedding_type: 'absolute',
  is_decoder: false,
  rotary_value: false,
  classifier_dropout: null,
  initializer_range: 0.02,
  global_attn_every_n_layers: 3,
  cls_dropout: null,
  position_buckets: -1,
  max_relative_positions: -1,
  share_att_key: false,
  norm_rel_ebd: 'none',
  conv_kernel_size: 0,
  conv_act: 'tanh',
  legacy: true,
  num_hidden_groups: 1,
  inner_group_num: 1,
  classifier_init_range: 0.02,
};

/** Keys of ours that do not change what the encoder computes. */
const harmless: readonly string[] = ['embeddingCorrection', 'queryToken'];

/**
 * A `config.json` for this config: the family's keys over what the file it came from said, and, under `cloze`, what only we have.
 *
 * A model with parts transformers lacks gets a `model_type` of ours, so that `AutoConfig` fails loudly instead of loading a wrong one.
 *
 * @param options.dtype how the weights are written, default float32
 * @param options.tied whether the output matrix is the token table (`tie_word_embeddings`), default true
 * @param options.head what the fine-tuned head is for; decides `architectures`, `id2label`, `problem_type`
 */
export function configToHub(
  config: EncoderConfig,
  options: Partial<Pick<HubConfig, 'family' | 'file' | 'head'>> &
    CheckpointExtras & { readonly tied?: boolean; readonly dtype?: StoredFloat } = {},
): Record<string, unknown> {
  const { family = 'bert', file = {}, tied = true, dtype = 'float32', head, ...extras } = options;
  const { modelTypes, writeConfig, freshKeys } = familyOf(family);
  const classes = classesFor(family, file.model_type);
  const { cloze: _, cloze_family: _family, ...before } = file;
  const kind = headKindOf(family, extras, head) ?? (extras.detector && 'detection');
  const hasClasses = kind === 'sequence' || kind === 'tokens';
  const outputs = hasClasses ? (extras.classifier?.bias.shape[0] ?? 0) : 0;
  const written = {
    architectures: [classes.tokenPrediction],
    ...(file.model_type === undefined && freshKeys),
    ...before,
    ...(kind && { architectures: [classes[kind]] }),
    ...((head || (outputs > 0 && !('id2label' in file))) && writeHead(head ?? {}, outputs)),
    ...Object.fromEntries(
      Object.entries(writeConfig(config))
        .filter(([key, value]) => key in file || unspoken[key] !== value)
        // Several names are one curve: the file's own stays.
        .map(([key, value]) => [key, value !== undefined && activationNamed(file[key]) === value ? file[key] : value]),
    ),
    // Weights may have been of another type; a head of its own would be tied again on loading if nothing said so.
    ...('torch_dtype' in file && { torch_dtype: dtype }),
    ...(('dtype' in file || dtype !== 'float32') && { dtype }),
    ...((!tied || 'tie_word_embeddings' in file) && { tie_word_embeddings: tied }),
  };
  const own = unsaid(config, family, written);
  const foreign = Object.keys(own).some((key) => !harmless.includes(key));
  return {
    ...written,
    model_type: foreign ? 'cloze' : (modelTypes.find((type) => type === file.model_type) ?? modelTypes[0]),
    ...(foreign && { cloze_family: family }),
    ...(Object.keys(own).length > 0 && { cloze: own }),
  };
}
