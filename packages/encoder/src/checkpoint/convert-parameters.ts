import { flattenTree, type HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { bertNames } from './bert-names.ts';
import { CheckpointError } from './read-safetensors.ts';

function transpose({ shape, dtype, values }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  return { shape: [columns, rows], dtype, values: out };
}

/** Our parameters under Hugging Face's names, ready for `writeSafetensors`. The output matrix is the token table and is not repeated. */
export function checkpointFromParameters(parameters: EncoderParameters<HostTensor>): Map<string, HostTensor> {
  const leaves = new Map(flattenTree<HostTensor>(parameters as never));
  return new Map(
    bertNames(parameters.layers.length).map(({ ours, theirs, transposed }) => {
      const leaf = leaves.get(ours) as HostTensor;
      return [theirs, transposed ? transpose(leaf) : leaf];
    }),
  );
}

/** What a checkpoint gave. */
export interface LoadedParameters {
  readonly parameters: EncoderParameters<HostTensor>;
  /** Names in the file that nothing here uses. */
  readonly unexpected: readonly string[];
}

const expectedShape = (
  theirs: string,
  { vocabularySize, width, feedForwardWidth, maximumLength, segmentTypes }: EncoderConfig,
): number[] => {
  if (theirs.endsWith('word_embeddings.weight')) return [vocabularySize, width];
  if (theirs.endsWith('position_embeddings.weight')) return [maximumLength, width];
  if (theirs.endsWith('token_type_embeddings.weight')) return [segmentTypes, width];
  if (theirs === 'cls.predictions.bias') return [vocabularySize];
  if (theirs.endsWith('intermediate.dense.weight')) return [feedForwardWidth, width];
  if (theirs.endsWith('intermediate.dense.bias')) return [feedForwardWidth];
  if (/layer\.\d+\.output\.dense\.weight$/.test(theirs)) return [width, feedForwardWidth];
  return /dense\.weight$|self\.\w+\.weight$/.test(theirs) ? [width, width] : [width];
};

/**
 * Hugging Face's tensors as our parameters. Reads `gamma`/`beta`, files without the `bert.` prefix, and heads whose tied matrix is absent.
 *
 * @throws {CheckpointError} listing every missing name and every shape that differs from the config
 */
export function parametersFromCheckpoint(
  tensors: ReadonlyMap<string, HostTensor>,
  config: EncoderConfig,
): LoadedParameters {
  const renamed = new Map<string, string>();
  for (const name of tensors.keys()) {
    const modern = name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    renamed.set(/^(embeddings|encoder)\./.test(modern) ? `bert.${modern}` : modern, name);
  }
  const problems: string[] = [];
  const used = new Set<string>();
  const leaves = new Map<string, HostTensor>();
  for (const { ours, theirs, transposed } of bertNames(config.layers)) {
    const name =
      renamed.get(theirs) ??
      (theirs === 'cls.predictions.bias' ? renamed.get('cls.predictions.decoder.bias') : undefined);
    const tensor = name === undefined ? undefined : tensors.get(name);
    if (name === undefined || !tensor) {
      problems.push(`'${theirs}' is missing`);
      continue;
    }
    used.add(name);
    const expected = expectedShape(theirs, config);
    if (tensor.shape.join() !== expected.join())
      problems.push(`'${name}' is [${tensor.shape}], the config asks for [${expected}]`);
    else leaves.set(ours, transposed ? transpose(tensor) : tensor);
  }
  if (problems.length > 0) throw new CheckpointError(`parametersFromCheckpoint: ${problems.join('; ')}.`);
  const tied = /^(cls\.predictions\.decoder\.(weight|bias)|(bert\.)?embeddings\.position_ids)$/;
  const unexpected = [...tensors.keys()].filter((name) => !used.has(name) && !tied.test(name));
  const tree: Record<string, unknown> = {};
  for (const [path, leaf] of leaves) {
    const parts = path.split('/');
    let node = tree;
    for (const part of parts.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>;
    node[parts.at(-1) as string] = leaf;
  }
  const layers = Object.entries(tree.layers as object)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, layer]) => layer);
  return { parameters: { ...tree, layers } as unknown as EncoderParameters<HostTensor>, unexpected };
}
