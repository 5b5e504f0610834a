import type { HostTensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import type { EncoderConfig } from '../../config/encoder-config.ts';
import { type FamilyName, familyOf } from '../../families/families.ts';
import type { HeadKind } from '../../families/family.ts';
import { drawParameters, type Uniform } from '../../parameters/draw-parameters.ts';
import type { EncoderParameters } from '../../parameters/parameter-tree.ts';
import { CheckpointError } from '../checkpoint-error.ts';
import { someNames } from '../file-names.ts';
import { optionalNames } from '../model-names.ts';
import type { CheckpointExtras } from './checkpoint-extras.ts';
import { nameTensors } from './named-tensors.ts';
import { halvesOf, readHeads } from './read-heads.ts';
import { type Mismatch, type ModelLeaves, readModel, setOwnOutput } from './read-model.ts';
import { unreadNames } from './unread-names.ts';

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

/** What lacks, and what the file has instead where that is much. */
function lacks({ lacking, asked }: ModelLeaves, unexpected: readonly string[]): string[] {
  if (lacking.length === 0) return [];
  const instead = lacking.length > 4 && unexpected.length > 0 ? `; the file has ${someNames(unexpected)} instead` : '';
  return [
    lacking.length <= 20
      ? `${lacking.map((name) => `'${name}' is missing`).join('; ')}${instead}`
      : `${lacking.length} of ${asked} tensors are missing, ${someNames(lacking, 4)}${instead}`,
  ];
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
  config: EncoderConfig,
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

  const file = nameTensors(tensors, family, config, head);
  const model = readModel(file, family, { draws: fill !== undefined, ignoreMismatched, tied });
  const heads = readHeads(file, optionalNames(family, head));
  const { all: unexpected, ofEncoder } = unreadNames(file, family, new Set([...model.used, ...heads.used]));
  const problems = [
    ...file.problems,
    ...model.problems,
    ...heads.problems,
    ...lacks(model, unexpected),
    // More layers than the config's, and other names for what lacks, are told above.
    ...(ofEncoder.length > 0 && model.lacking.length === 0
      ? [`the config has no place for ${someNames(ofEncoder)}, which the file has of the encoder`]
      : []),
    ...(strict ? unexpected.map((name) => `'${name}' is unexpected`) : []),
    ...halvesOf(heads),
  ];
  if (problems.length > 0)
    throw new CheckpointError(`This checkpoint does not fit the config: ${problems.join('; ')}.`);
  if (fill)
    for (const [path, spec] of model.drawn)
      model.leaves.set(path, drawParameters(spec, fill, familyOf(family).draw(config)) as HostTensor);
  setOwnOutput(model);
  const { missing, mismatched } = model;
  return {
    // Every path was compared with the specs of the config above.
    parameters: nest(model.leaves) as unknown as EncoderParameters<HostTensor>,
    ...(nest(heads.leaves) as CheckpointExtras),
    ...{ missing, unexpected, mismatched, wrappers: file.wrappers },
  };
}
