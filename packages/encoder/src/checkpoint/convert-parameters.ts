import { flattenTree, type HostTensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { CrfParameters } from '../crf/crf-loss.ts';
import type { DetectorParameters } from '../electra/detect-replaced.ts';
import { type FamilyName, familyOf } from '../families/families.ts';
import type { HeadKind } from '../families/family.ts';
import type { NamePair } from '../families/name-pairs.ts';
import { drawParameters, type Uniform } from '../parameters/draw-parameters.ts';
import type { ParameterSpec } from '../parameters/parameter-specs.ts';
import type { EncoderParameters, Linear } from '../parameters/parameter-tree.ts';
import { CheckpointError } from './checkpoint-error.ts';
import { fileNames, someNames, usualSections } from './file-names.ts';
import { type FineTunedHead, headKindOf } from './fine-tuned-head.ts';
import { crfNames, headNames, modelNames, optionalNames } from './model-names.ts';

function transpose({ shape, dtype, values }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  return { shape: [columns, rows], dtype, values: out };
}

/** The tensor in memory of its own: as a view it would keep the whole file there, beside the kernels that are turned. */
function apart({ shape, dtype, values }: HostTensor): HostTensor {
  return { shape, dtype, values: values.byteLength < values.buffer.byteLength ? values.slice() : values };
}

/** Part `index` of `of` equal ones along the first axis, put together from `times` stacks. */
function rowsOf(
  { shape, dtype, values }: HostTensor,
  { index, of, times = 1 }: NonNullable<NamePair['part']>,
): HostTensor {
  const [rows = 0, ...rest] = shape;
  const size = values.length / of / times;
  const found = { shape: [rows / of, ...rest], dtype };
  if (times === 1) return { ...found, values: values.subarray(index * size, (index + 1) * size) };
  const own = new Float32Array(size * times);
  for (let stack = 0; stack < times; stack++) {
    const from = (stack * of + index) * size;
    own.set(values.subarray(from, from + size), stack * size);
  }
  return { ...found, values: own };
}

/** What stands above in a stack of `index` parts, with one more in each of its `times` stacks. */
function below(
  above: HostTensor,
  { shape, values }: HostTensor,
  { index, times = 1 }: NonNullable<NamePair['part']>,
): HostTensor {
  const both = new Float32Array(above.values.length + values.length);
  const size = values.length / times;
  for (let stack = 0; stack < times; stack++) {
    const from = stack * index * size;
    both.set(above.values.subarray(from, from + index * size), from + stack * size);
    both.set(values.subarray(stack * size, (stack + 1) * size), from + (stack + index) * size);
  }
  return { ...above, shape: [(above.shape[0] as number) + (shape[0] as number), ...shape.slice(1)], values: both };
}

/** Parts beside an encoder that files carry. */
export interface CheckpointExtras {
  readonly pooler?: Linear<HostTensor>;
  readonly detector?: DetectorParameters<HostTensor>;
  /** A fine-tuned head, `[width, classes]`; `classifierHead` applies it. */
  readonly classifier?: Linear<HostTensor>;
  /** What some families put before the classifier, `[width, width]`. */
  readonly classifierDense?: Linear<HostTensor>;
  /** A fine-tuned head, `[width, 2]`: for `findSpan`. */
  readonly span?: Linear<HostTensor>;
  /** Of a head for tokens: under pytorch-crf's names below `crf.`, which transformers leaves aside. */
  readonly crf?: CrfParameters<HostTensor>;
  /** The head that pretraining judged the order of two sentences with (BERT, ALBERT), `[width, 2]`: nothing here uses it, a save keeps it. */
  readonly sentenceOrder?: Linear<HostTensor>;
}

/** A tensor whose shape is not the config's. */
export interface Mismatch {
  readonly name: string;
  readonly found: readonly number[];
  readonly expected: readonly number[];
}

/**
 * Our parameters under Hugging Face's names, ready for `writeSafetensors`. A tied output matrix is the token table and is not repeated.
 *
 * @param family default `bert` @param head what the classifier is for; default: sequences, or token labels where the dense map of sequences lacks
 */
export function checkpointFromParameters(
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig,
  options: CheckpointExtras & { readonly family?: FamilyName; readonly head?: FineTunedHead } = {},
): Map<string, HostTensor> {
  checkOptions('checkpointFromParameters', options, {
    pooler: anything,
    detector: anything,
    classifier: anything,
    classifierDense: anything,
    span: anything,
    crf: anything,
    sentenceOrder: anything,
    family: anything,
    head: anything,
  });
  const { family = 'bert', head, ...extras } = options;

  const leaves = new Map([...flattenTree(parameters), ...flattenTree(extras)]);
  const file = new Map<string, HostTensor>();
  const written = new Set<string>();
  const kind = headKindOf(family, extras, head);
  const record = familyOf(family);
  const names = [
    ...modelNames(family, config),
    ...record.optionalNames,
    ...(kind ? headNames(family, kind) : []),
    ...headNames(family, 'span'),
    ...headNames(family, 'tokens'),
    ...crfNames,
  ];
  for (const { ours, theirs, transposed, part } of names) {
    const leaf = leaves.get(ours);
    if (!leaf || written.has(ours)) continue;
    written.add(ours);
    const laid = transposed ? transpose(leaf) : leaf;
    const above = part && part.index > 0 ? file.get(theirs) : undefined;
    file.set(theirs, above && part ? below(above, laid, part) : laid);
  }
  for (const [name, constant] of record.constants?.(config) ?? []) file.set(name, constant);
  const { output, bias } = parameters.languageModel;
  if (output) {
    const name = record.outputName;
    file.set(name, output);
    // A head of its own adds its own bias, not the one beside it; ELECTRA has only one.
    if (bias) file.set(name.replace(/weight$/, 'bias'), bias);
  }
  return file;
}

/** What a checkpoint gave. */
export interface LoadedParameters extends CheckpointExtras {
  readonly parameters: EncoderParameters<HostTensor>;
  /** Names of the language-model head that the file lacks: drawn afresh, where `fill` allowed it. */
  readonly missing: readonly string[];
  /** Names in the file that nothing here uses. */
  readonly unexpected: readonly string[];
  /** Tensors of another shape than the config's, drawn afresh: only with `ignoreMismatched`. */
  readonly mismatched: readonly Mismatch[];
  /** What was taken off the file's names: `_orig_mod.`, `model.`. */
  readonly wrappers: readonly string[];
}

/** How to read a checkpoint. */
export interface ConvertOptions {
  /** Default `bert`. */
  readonly family?: FamilyName;
  /** Draws the language-model head that a file lacks; default none: a missing name is an error, as one of the encoder always is. */
  readonly fill?: Uniform;
  /** With `fill`: draws tensors of another shape too, instead of refusing the file (`ignore_mismatched_sizes`). Default false. */
  readonly ignoreMismatched?: boolean;
  /** Names that nothing uses are an error too. Default false. */
  readonly strict?: boolean;
  /** Whether the output matrix is the token table: true, whatever the file holds; false, never, so that a head without one is not whole; default: unless the file has one that differs. */
  readonly tied?: boolean;
  /** What the file's fine-tuned head is for, where two kinds go by one name (ModernBERT's spans); default `sequence`. */
  readonly head?: HeadKind | undefined;
}

/** Nests leaves by their paths; `layers/0` becomes an array. */
function nest(leaves: ReadonlyMap<string, HostTensor>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [path, leaf] of leaves) {
    const parts = path.split('/');
    let node = tree;
    for (const part of parts.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>;
    node[parts.at(-1) as string] = leaf;
  }
  if (tree.layers)
    tree.layers = Object.entries(tree.layers)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, layer]) => layer);
  return tree;
}

const sameValues = (a: HostTensor, b: HostTensor) =>
  a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);

/** What is wrong with weights that are no floats: those of a quantised model, whose scales stand elsewhere. */
const wholeNumbers = (name: string, { dtype }: HostTensor) =>
  `'${name}' holds ${dtype === 'bool' ? 'booleans' : 'whole numbers'}, weights are floats; quantised ones are not read, save them in float`;

/** Tensors of the encoder itself in files that no model needs: constants, and the table of positions of models that have other ones. */
const needless = /(\.position_ids|\.token_type_ids|\.embed_positions\.weight)$/;

/** What stands below the root in a family's files, and in those of BERT's kin. */
function sectionsOf(pairs: readonly NamePair[], optional: readonly NamePair[], root: string): readonly string[] {
  const below = ({ theirs }: NamePair) => theirs.startsWith(`${root}.`);
  const sections = pairs.filter(below).map(({ theirs }) => theirs.split('.')[1] as string);
  // DeBERTa's pooler belongs to its head.
  const beside = new Set(optional.filter((pair) => !below(pair)).map(({ theirs }) => theirs.split('.')[0]));
  return [...new Set([...usualSections, ...sections])].filter((section) => !beside.has(section));
}

/** How many blocks a file has, by its names; undefined where blocks are shared or none is named. @param prefix what stands before a block's number */
function layersIn(names: Iterable<string>, prefix: string): number | undefined {
  let layers: number | undefined;
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const number = Number.parseInt(name.slice(prefix.length), 10);
    if (number >= 0) layers = Math.max(layers ?? 0, number + 1);
  }
  return layers;
}

/**
 * Hugging Face's tensors as our parameters. Reads `gamma`/`beta`, files without the family's prefix or within a trainer's wrapper
 * (`_orig_mod.`, `module.`, `model.`, `0.auto_model.`), and a tied matrix that stands under either of its names.
 *
 * `fill` draws what a head lacks, never a tensor of the encoder.
 *
 * @throws {CheckpointError} listing at once the names that are missing and what the file has instead, another number of layers than the
 * config's, every shape that differs from the config, tensors of the encoder that the config has no place for, and, if `strict`, every name
 * that nothing uses
 */
export function parametersFromCheckpoint(
  tensors: ReadonlyMap<string, HostTensor>,
  asked: EncoderConfig,
  options: ConvertOptions = {},
): LoadedParameters {
  checkOptions('parametersFromCheckpoint', options, {
    family: anything,
    fill: anything,
    ignoreMismatched: flag,
    strict: flag,
    tied: flag,
    head: anything,
  });
  const { family = 'bert', fill, ignoreMismatched = false, strict = false, tied, head } = options;

  const { root, outputName, ...record } = familyOf(family);
  const ofOneLayer = modelNames(family, { ...asked, layers: 1 });
  const sections = sectionsOf(ofOneLayer, optionalNames(family, head), root);
  const { of: renamed, wrappers, problems: collisions } = fileNames(tensors, root, sections);
  const problems: string[] = [...collisions];
  const ofLayer = ofOneLayer.find(({ ours }) => ours.startsWith('layers/0/'))?.theirs ?? '';
  const found = layersIn(renamed.keys(), ofLayer.replace(/\.0\..*$/, '.'));
  // Judged before anything is made of the config's number, which is a file's word.
  const differ = !asked.sharedLayers && found !== asked.layers;
  if (differ && found !== undefined)
    problems.push(`the config says ${asked.layers} layers (num_hidden_layers), the file has ${found}`);
  // A file's names are its word too: it has not more layers than tensors.
  const layers = Math.max(1, Math.min(differ ? (found ?? 1) : asked.layers, tensors.size));
  const config = asked.sharedLayers ? asked : { ...asked, layers };
  const specs = new Map(flattenTree(record.parameterSpecs(config)));
  const missing: string[] = [];
  const lacking: string[] = [];
  /** What will be drawn, once nothing else is wrong: its size is a file's word until then. */
  const drawn: [path: string, spec: ParameterSpec][] = [];
  const mismatched: Mismatch[] = [];
  const used = new Set<string>();
  const leaves = new Map<string, HostTensor>();
  const ownBias = renamed.get(outputName.replace(/weight$/, 'bias'));
  const pairs = modelNames(family, config);
  const tableName = pairs.find(({ ours }) => ours === 'embeddings/tokenTable')?.theirs ?? '';
  // A tied matrix stands once in a file, under either name.
  const isUnderOutput = tied !== false && !asked.ownOutput && !renamed.has(tableName) && renamed.has(outputName);
  const output = tied || isUnderOutput ? undefined : tensors.get(renamed.get(outputName) ?? '');
  for (const { ours, theirs, transposed, part } of pairs) {
    // What is wrong with a stack is told once.
    const isFirst = !part || part.index === 0;
    let name = renamed.get(theirs);
    if (ours === 'embeddings/tokenTable' && isUnderOutput) name = renamed.get(outputName);
    // The bias beside the output matrix is the one that is added, where both are there.
    if (ours === 'languageModel/bias') name = ownBias ?? name;
    const tensor = name === undefined ? undefined : tensors.get(name);
    const spec = specs.get(ours) as ParameterSpec;
    if (name === undefined || !tensor) {
      if (fill && ours.startsWith('languageModel/')) {
        missing.push(theirs);
        drawn.push([ours, spec]);
      } else if (isFirst) lacking.push(theirs);
      continue;
    }
    used.add(name);
    const [rows = 0, ...rest] = transposed ? [...spec.shape].reverse() : spec.shape;
    const expected = [rows * (part?.of ?? 1), ...rest];
    if (tensor.dtype !== 'float32') {
      if (isFirst) problems.push(wholeNumbers(name, tensor));
    } else if (tensor.shape.join() !== expected.join()) {
      if (isFirst) mismatched.push({ name, found: tensor.shape, expected });
      if (fill && ignoreMismatched) drawn.push([ours, spec]);
      else if (isFirst) problems.push(`'${name}' is [${tensor.shape}], the config asks for [${expected}]`);
    } else {
      const own = part ? rowsOf(tensor, part) : tensor;
      leaves.set(ours, transposed ? transpose(own) : apart(own));
    }
  }
  const { shape: table } = specs.get('embeddings/tokenTable') as ParameterSpec;
  // A matrix that the config says is the head's own, and that a file with the rest of the head lacks, is no tied one.
  const transform = pairs.find(({ ours }) => ours === 'languageModel/transform/kernel');
  if (tied === false && !output && transform && renamed.has(transform.theirs)) {
    if (fill) {
      missing.push(outputName);
      drawn.push(['languageModel/output', { shape: table, initial: 'normal' }]);
    } else lacking.push(outputName);
  }
  const extras = new Map<string, HostTensor>();
  for (const { ours, theirs, transposed, isMatrix } of optionalNames(family, head)) {
    const name = renamed.get(theirs);
    const tensor = name === undefined ? undefined : tensors.get(name);
    if (name === undefined || !tensor || extras.has(ours)) continue;
    used.add(name);
    if (tensor.dtype !== 'float32') problems.push(wholeNumbers(name, tensor));
    else if (tensor.shape.length === (transposed || isMatrix ? 2 : 1))
      extras.set(ours, transposed ? transpose(tensor) : apart(tensor));
    else problems.push(`'${name}' is [${tensor.shape}], expected ${transposed || isMatrix ? 'a matrix' : 'a vector'}`);
  }
  const duplicates = new RegExp(
    `^(${outputName.replace(/\.\w+$/, '')}\\.(weight|bias)|cls\\.predictions\\.bias|predictions\\.bias|lm_head\\.bias)$`,
  );
  // A second name of one tensor is in the list of neither.
  const unread = [...renamed].filter(
    ([modern, name]) => !used.has(name) && !duplicates.test(modern) && !needless.test(modern),
  );
  const unexpected = unread.map(([, name]) => name);
  if (lacking.length > 0) {
    const instead =
      lacking.length > 4 && unexpected.length > 0 ? `; the file has ${someNames(unexpected)} instead` : '';
    problems.push(
      lacking.length <= 20
        ? `${lacking.map((name) => `'${name}' is missing`).join('; ')}${instead}`
        : `${lacking.length} of ${pairs.length} tensors are missing, ${someNames(lacking, 4)}${instead}`,
    );
  }
  // What belongs to the encoder and has no place in it would change what it computes: more layers are told above.
  const ofEncoder = sections.filter((name) => name !== 'pooler').map((name) => `${root}.${name}.`);
  const otherPositions = `${root}.embeddings.position_embeddings.weight`;
  const foreign = unread.flatMap(([modern, name]) =>
    ofEncoder.some((prefix) => modern.startsWith(prefix)) &&
    !(config.positionKind !== 'absolute' && modern === otherPositions)
      ? [name]
      : [],
  );
  if (foreign.length > 0 && lacking.length === 0)
    problems.push(`the config has no place for ${someNames(foreign)}, which the file has of the encoder`);
  if (strict) for (const name of unexpected) problems.push(`'${name}' is unexpected`);
  for (const path of extras.keys()) {
    const other = path.endsWith('/kernel') ? path.replace(/kernel$/, 'bias') : path.replace(/bias$/, 'kernel');
    if (!extras.has(other)) problems.push(`'${path.replace(/\/\w+$/, '')}' has only one of weight and bias`);
  }
  if (output && output.shape.join() !== table.join())
    problems.push(`'${outputName}' is [${output.shape}], the config asks for [${table}]`);
  if (problems.length > 0)
    throw new CheckpointError(`This checkpoint does not fit the config: ${problems.join('; ')}.`);
  if (fill)
    for (const [path, spec] of drawn) leaves.set(path, drawParameters(spec, fill, asked.drawDeviation) as HostTensor);
  // A matrix equal to the token table is the tied one; another is the head's own.
  const tokenTable = leaves.get('embeddings/tokenTable') as HostTensor;
  if (output && !sameValues(output, tokenTable)) leaves.set('languageModel/output', output);
  return {
    // Every path was compared with the specs of the config above.
    parameters: nest(leaves) as unknown as EncoderParameters<HostTensor>,
    ...(nest(extras) as CheckpointExtras),
    missing,
    unexpected,
    mismatched,
    wrappers,
  };
}
