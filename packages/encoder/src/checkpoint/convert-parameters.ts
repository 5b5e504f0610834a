import { flattenTree, type HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { DetectorParameters } from '../electra/detect-replaced.ts';
import { type FamilyName, familyOf } from '../families/families.ts';
import { drawParameters, type Uniform } from '../parameters/draw-parameters.ts';
import type { ParameterSpec } from '../parameters/parameter-specs.ts';
import type { EncoderParameters, Linear } from '../parameters/parameter-tree.ts';
import { CheckpointError } from './checkpoint-error.ts';
import { type FineTunedHead, headKindOf } from './fine-tuned-head.ts';
import { headNames, modelNames, optionalNames } from './model-names.ts';

function transpose({ shape, dtype, values }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  return { shape: [columns, rows], dtype, values: out };
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
  {
    family = 'bert',
    head,
    ...extras
  }: CheckpointExtras & { readonly family?: FamilyName; readonly head?: FineTunedHead } = {},
): Map<string, HostTensor> {
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
  ];
  for (const { ours, theirs, transposed } of names) {
    const leaf = leaves.get(ours);
    if (!leaf || written.has(ours)) continue;
    written.add(ours);
    file.set(theirs, transposed ? transpose(leaf) : leaf);
  }
  for (const [name, constant] of record.constants?.(config) ?? []) file.set(name, constant);
  const { output, bias } = parameters.languageModel;
  if (output) {
    const name = record.outputName;
    file.set(name, output);
    // A head of its own adds its own bias, not the one beside it; ELECTRA has only one.
    file.set(name.replace(/weight$/, 'bias'), bias);
  }
  return file;
}

/** What a checkpoint gave. */
export interface LoadedParameters extends CheckpointExtras {
  readonly parameters: EncoderParameters<HostTensor>;
  /** Names the model needs and the file lacks: drawn afresh, where `fill` allowed it. */
  readonly missing: readonly string[];
  /** Names in the file that nothing here uses. */
  readonly unexpected: readonly string[];
  /** Tensors of another shape than the config's, drawn afresh: only with `ignoreMismatched`. */
  readonly mismatched: readonly Mismatch[];
}

/** How to read a checkpoint. */
export interface ConvertOptions {
  /** Default `bert`. */
  readonly family?: FamilyName;
  /** Draws what the file lacks (a head, say); default none: a missing name is an error. */
  readonly fill?: Uniform;
  /** With `fill`: draws tensors of another shape too, instead of refusing the file (`ignore_mismatched_sizes`). Default false. */
  readonly ignoreMismatched?: boolean;
  /** Names that nothing uses are an error too. Default false. */
  readonly strict?: boolean;
  /** Whether the output matrix is the token table whatever the file holds (`tie_word_embeddings`); default: unless the file's differs. */
  readonly tied?: boolean;
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

/** The file's names with `gamma`/`beta` made modern, without the wrapper `module.`, and with the family's prefix where it was dropped. */
function modernNames(names: Iterable<string>, root: string): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const name of names) {
    // Models wrapped for several devices were saved with their wrapper's name.
    const modern = name
      .replace(/^module\./, '')
      .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
      .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    renamed.set(/^(embeddings|encoder|embeddings_project|pooler)\./.test(modern) ? `${root}.${modern}` : modern, name);
  }
  return renamed;
}

const sameValues = (a: HostTensor, b: HostTensor) =>
  a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);

/**
 * Hugging Face's tensors as our parameters. Reads `gamma`/`beta`, files without the family's prefix, and heads whose tied matrix is absent.
 *
 * @throws {CheckpointError} listing at once every missing name (unless `fill` draws it), every shape that differs from the config, and, if
 * `strict`, every name that nothing uses
 */
export function parametersFromCheckpoint(
  tensors: ReadonlyMap<string, HostTensor>,
  config: EncoderConfig,
  { family = 'bert', fill, ignoreMismatched = false, strict = false, tied }: ConvertOptions = {},
): LoadedParameters {
  const { root, outputName, ...record } = familyOf(family);
  const renamed = modernNames(tensors.keys(), root);
  const specs = new Map(flattenTree(record.parameterSpecs(config)));
  const problems: string[] = [];
  const missing: string[] = [];
  const mismatched: Mismatch[] = [];
  const used = new Set<string>();
  const leaves = new Map<string, HostTensor>();
  const output = tied ? undefined : tensors.get(renamed.get(outputName) ?? '');
  const ownBias = renamed.get(outputName.replace(/weight$/, 'bias'));
  for (const { ours, theirs, transposed } of modelNames(family, config)) {
    let name = renamed.get(theirs);
    // The bias of the head's own matrix, where it has one, is the one that is added.
    if (ours === 'languageModel/bias') name = output ? (ownBias ?? name) : (name ?? ownBias);
    const tensor = name === undefined ? undefined : tensors.get(name);
    const spec = specs.get(ours) as ParameterSpec;
    if (name === undefined || !tensor) {
      missing.push(theirs);
      if (fill) leaves.set(ours, drawParameters(spec, fill) as HostTensor);
      else problems.push(`'${theirs}' is missing`);
      continue;
    }
    used.add(name);
    const expected = transposed ? [...spec.shape].reverse() : spec.shape;
    if (tensor.shape.join() !== expected.join()) {
      mismatched.push({ name, found: tensor.shape, expected });
      if (fill && ignoreMismatched) leaves.set(ours, drawParameters(spec, fill) as HostTensor);
      else problems.push(`'${name}' is [${tensor.shape}], the config asks for [${expected}]`);
    } else leaves.set(ours, transposed ? transpose(tensor) : tensor);
  }
  const extras = new Map<string, HostTensor>();
  for (const { ours, theirs, transposed } of optionalNames(family)) {
    const name = renamed.get(theirs);
    const tensor = name === undefined ? undefined : tensors.get(name);
    if (name === undefined || !tensor || extras.has(ours)) continue;
    used.add(name);
    if (tensor.shape.length === (transposed ? 2 : 1)) extras.set(ours, transposed ? transpose(tensor) : tensor);
    else problems.push(`'${name}' is [${tensor.shape}], expected ${transposed ? 'a matrix' : 'a vector'}`);
  }
  const duplicates = new RegExp(
    `^(${outputName.replace(/\.\w+$/, '')}\\.(weight|bias)|cls\\.predictions\\.bias|predictions\\.bias|lm_head\\.bias|.*embeddings\\.position_ids|.*embed_positions\\.weight|.*token_type_ids)$`,
  );
  const unexpected = [...tensors.keys()].filter((name) => !used.has(name) && !duplicates.test(name));
  if (strict) for (const name of unexpected) problems.push(`'${name}' is unexpected`);
  for (const path of extras.keys()) {
    const other = path.endsWith('/kernel') ? path.replace(/kernel$/, 'bias') : path.replace(/bias$/, 'kernel');
    if (!extras.has(other)) problems.push(`'${path.replace(/\/\w+$/, '')}' has only one of weight and bias`);
  }
  const { shape: table } = specs.get('embeddings/tokenTable') as ParameterSpec;
  if (output && output.shape.join() !== table.join())
    problems.push(`'${outputName}' is [${output.shape}], the config asks for [${table}]`);
  if (problems.length > 0)
    throw new CheckpointError(`This checkpoint does not fit the config: ${problems.join('; ')}.`);
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
  };
}
