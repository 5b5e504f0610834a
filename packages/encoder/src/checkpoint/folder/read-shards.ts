import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from '../checkpoint-error.ts';
import { readPytorchBin } from '../pytorch/read-pytorch-bin.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { shardNames } from '../shard-names.ts';
import { naming } from './naming.ts';
import { optionalFile } from './optional-file.ts';

/** Where a shard may really lie: in the folder, or, as the hub's cache links them, in `blobs` beside `snapshots`. */
async function isWithin(folder: string, path: string): Promise<boolean> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
  const blobs = join(dirname(dirname(root)), 'blobs') + sep;
  return real.startsWith(root + sep) || (dirname(root).endsWith(`${sep}snapshots`) && real.startsWith(blobs));
}

/**
 * The tensors of all files that an index names.
 *
 * @throws {CheckpointError} for names that are no plain file names, links that lead out of the folder, files that are missing or hold
 * a tensor that another has too, and tensors that are not where the index says
 */
export async function readShards(
  folder: string,
  indexName: string,
  index: Readonly<Record<string, unknown>>,
): Promise<Map<string, HostTensor>> {
  const where = join(folder, indexName);
  const tensors = new Map<string, HostTensor>();
  const homes = new Map<string, string>();
  for (const name of naming(where, () => shardNames(index))) {
    const path = join(folder, name);
    const file = await optionalFile(path);
    if (!file) throw new CheckpointError(`${where} names '${name}', which is not there.`);
    if (!(await isWithin(folder, path)))
      throw new CheckpointError(`${where} names '${name}', a link that leads out of the folder.`);
    const read = naming(path, () => (name.endsWith('.bin') ? readPytorchBin(file) : readSafetensors(file).tensors));
    for (const [tensor, value] of read) {
      const home = homes.get(tensor);
      if (home !== undefined) throw new CheckpointError(`${where}: '${tensor}' is in '${home}' and in '${name}'.`);
      homes.set(tensor, name);
      tensors.set(tensor, value);
    }
  }
  const misplaced = Object.entries(index.weight_map as Readonly<Record<string, string>>)
    .filter(([tensor, name]) => homes.get(tensor) !== name)
    .map(([tensor, name]) => `'${tensor}' is not in '${name}'`);
  if (misplaced.length > 0)
    throw new CheckpointError(
      `${where}: ${misplaced.slice(0, 20).join('; ')}${misplaced.length > 20 ? `; and ${misplaced.length - 20} more` : ''}.`,
    );
  return tensors;
}
