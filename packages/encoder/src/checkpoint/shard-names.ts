import { CheckpointError } from './checkpoint-error.ts';

/**
 * The files of `model.safetensors.index.json`, each once, in order of first mention.
 *
 * @throws {CheckpointError} for anything but plain file names in the same folder: the index is the file's word, not ours
 */
export function shardNames(index: unknown): string[] {
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw new CheckpointError("The shard index has no 'weight_map' of tensor names to files.");
  const names = [...new Set(Object.values(map))];
  const wrong = names.filter(
    (name) => typeof name !== 'string' || !/^[\w.-]+\.(safetensors|bin)$/.test(name) || name.startsWith('.'),
  );
  if (wrong.length > 0 || names.length === 0)
    throw new CheckpointError(
      `The shard index must name plain files ending in .safetensors or .bin, got ${wrong.length > 0 ? wrong.map((name) => JSON.stringify(name)).join(', ') : 'none'}.`,
    );
  return names as string[];
}
