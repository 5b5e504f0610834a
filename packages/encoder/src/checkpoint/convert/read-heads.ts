import type { HostTensor } from '@cloze/backend';
import type { NamePair } from '../../families/name-pairs.ts';
import { type NamedTensors, wholeNumbers } from './named-tensors.ts';
import { apart, transpose } from './tensor-layout.ts';

/** Parts beside an encoder that a file has, by our paths. */
export interface HeadLeaves {
  readonly leaves: ReadonlyMap<string, HostTensor>;
  /** The file's names of what was read. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Reads poolers, detectors and fine-tuned heads, of each part the first name that the file has. @param names of `optionalNames` */
export function readHeads(file: NamedTensors, names: readonly NamePair[]): HeadLeaves {
  const leaves = new Map<string, HostTensor>();
  const used = new Set<string>();
  const problems: string[] = [];
  for (const { ours, theirs, transposed, isMatrix } of names) {
    const found = file.get(theirs);
    if (!found || leaves.has(ours)) continue;
    const { name, tensor } = found;
    used.add(name);
    const matrix = transposed || isMatrix === true;
    if (tensor.dtype !== 'float32') problems.push(wholeNumbers(name, tensor));
    else if (tensor.shape.length === (matrix ? 2 : 1)) leaves.set(ours, transposed ? transpose(tensor) : apart(tensor));
    else problems.push(`'${name}' is [${tensor.shape}], expected ${matrix ? 'a matrix' : 'a vector'}`);
  }
  return { leaves, used, problems };
}

/** Maps of which a file has only one half. */
export function halvesOf({ leaves }: HeadLeaves): string[] {
  return [...leaves.keys()].flatMap((path) => {
    const other = path.endsWith('/kernel') ? path.replace(/kernel$/, 'bias') : path.replace(/bias$/, 'kernel');
    return leaves.has(other) ? [] : [`'${path.replace(/\/\w+$/, '')}' has only one of weight and bias`];
  });
}
