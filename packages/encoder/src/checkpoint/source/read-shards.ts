import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from '../checkpoint-error.ts';
import { readPytorchBin } from '../pytorch/read-pytorch-bin.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { shardNames } from '../shard-names.ts';
import type { FileSource } from './file-source.ts';
import { naming } from './naming.ts';

/**
 * The tensors of all files that an index names.
 *
 * @throws {CheckpointError} for names that are no plain file names, links that lead out of the folder, files that are missing or hold
 * a tensor that another has too, and tensors that are not where the index says
 */
export async function readShards(
  source: FileSource,
  indexName: string,
  index: Readonly<Record<string, unknown>>,
): Promise<Map<string, HostTensor>> {
  const where = `${source.name}/${indexName}`;
  const tensors = new Map<string, HostTensor>();
  const homes = new Map<string, string>();
  for (const name of naming(where, () => shardNames(index))) {
    const path = `${source.name}/${name}`;
    const file = await source.read(name);
    if (!file) throw new CheckpointError(`${where} names '${name}', which is not there.`);
    if (source.isWithin && !(await source.isWithin(name)))
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
