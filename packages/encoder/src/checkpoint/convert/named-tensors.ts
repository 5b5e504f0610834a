import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../../config/encoder-config.ts';
import { type FamilyName, familyOf } from '../../families/families.ts';
import type { HeadKind } from '../../families/family.ts';
import type { NamePair } from '../../families/name-pairs.ts';
import { fileNames, usualSections } from '../file-names.ts';
import { modelNames, optionalNames } from '../model-names.ts';

/** A file's tensors by the names that the family has for them. */
export interface NamedTensors {
  /** A tensor and what the file calls it. */
  get(theirs: string): { readonly name: string; readonly tensor: HostTensor } | undefined;
  has(theirs: string): boolean;
  /** The family's names of all tensors, with the file's. */
  readonly names: ReadonlyMap<string, string>;
  /** What stands below the family's root. */
  readonly sections: readonly string[];
  /** What was taken off the file's names: `_orig_mod.`, `model.`. */
  readonly wrappers: readonly string[];
  /** The config with as many layers as the file has. */
  readonly config: EncoderConfig;
  /** Two tensors by one name, another number of layers than the config's. */
  readonly problems: readonly string[];
}

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

/** Finds a file's tensors by the family's names, and the number of layers that it has. @param asked what the config says @param head the kind of the file's fine-tuned head */
export function nameTensors(
  tensors: ReadonlyMap<string, HostTensor>,
  family: FamilyName,
  asked: EncoderConfig,
  head: HeadKind | undefined,
): NamedTensors {
  const { root } = familyOf(family);
  const ofOneLayer = modelNames(family, { ...asked, layers: 1 });
  const sections = sectionsOf(ofOneLayer, optionalNames(family, head), root);
  const { of: names, wrappers, problems: collisions } = fileNames(tensors, root, sections);
  const ofLayer = ofOneLayer.find(({ ours }) => ours.startsWith('layers/0/'))?.theirs ?? '';
  const found = layersIn(names.keys(), ofLayer.replace(/\.0\..*$/, '.'));
  // Judged before anything is made of the config's number, which is a file's word.
  const differ = !asked.sharedLayers && found !== asked.layers;
  // A file's names are its word too: it has not more layers than tensors.
  const layers = Math.max(1, Math.min(differ ? (found ?? 1) : asked.layers, tensors.size));
  return {
    get: (theirs) => {
      const name = names.get(theirs);
      const tensor = name === undefined ? undefined : tensors.get(name);
      return name === undefined || !tensor ? undefined : { name, tensor };
    },
    has: (theirs) => names.has(theirs),
    ...{ names, sections, wrappers },
    config: asked.sharedLayers ? asked : { ...asked, layers },
    problems: [
      ...collisions,
      ...(differ && found !== undefined
        ? [`the config says ${asked.layers} layers (num_hidden_layers), the file has ${found}`]
        : []),
    ],
  };
}

/** What is wrong with weights that are no floats: those of a quantised model, whose scales stand elsewhere. */
export const wholeNumbers = (name: string, { dtype }: HostTensor): string =>
  `'${name}' holds ${dtype === 'bool' ? 'booleans' : 'whole numbers'}, weights are floats; quantised ones are not read, save them in float`;
