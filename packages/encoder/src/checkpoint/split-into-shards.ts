import { CheckpointError } from './checkpoint-error.ts';

/** Files a model is written in, and the index that says what is where. */
export interface Shards {
  /** Names of the tensors in each file, by file name. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** `model.safetensors.index.json`; none for a single file. */
  readonly index?: {
    readonly metadata: { readonly total_parameters: number; readonly total_size: number };
    readonly weight_map: Readonly<Record<string, string>>;
  };
}

/**
 * Divides tensors among files of at most `maxShardSize` bytes, in their order, as Hugging Face's libraries do: a file is closed when the next
 * tensor would not fit. A tensor larger than that has a file to itself.
 *
 * @param sizes elements and bytes of each tensor, by name @throws {CheckpointError} for a size that is no positive number
 */
export function splitIntoShards(
  sizes: ReadonlyMap<string, { readonly elements: number; readonly bytes: number }>,
  maxShardSize: number,
): Shards {
  if (!(maxShardSize > 0)) throw new CheckpointError(`maxShardSize must be > 0 bytes, got ${maxShardSize}.`);
  const shards: string[][] = [[]];
  let filled = 0;
  for (const [name, { bytes }] of sizes) {
    if (filled + bytes > maxShardSize && filled > 0) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(name);
    filled += bytes;
  }
  if (shards.length === 1) return { files: new Map([['model.safetensors', shards[0] as string[]]]) };
  const five = (number: number) => String(number).padStart(5, '0');
  const files = new Map(
    shards.map((names, i) => [`model-${five(i + 1)}-of-${five(shards.length)}.safetensors`, names] as const),
  );
  const homes = [...files].flatMap(([file, names]) => names.map((name) => [name, file] as const));
  const total = (of: 'elements' | 'bytes') => [...sizes.values()].reduce((sum, size) => sum + size[of], 0);
  return {
    files,
    index: {
      metadata: { total_parameters: total('elements'), total_size: total('bytes') },
      weight_map: Object.fromEntries(homes.sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}
