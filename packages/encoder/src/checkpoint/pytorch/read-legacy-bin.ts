import { CheckpointError } from '../checkpoint-error.ts';
import { typeWidths } from '../decode-tensor.ts';
import { readPickleAt } from './read-pickle.ts';

/** What a file of torch.save from before 1.6 begins with: a pickle of protocol 2 of the number 0x1950a86a20f9469cfc6c. */
const beginning = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Whether torch.save wrote the file before 1.6. */
export const isLegacyBin = (file: Uint8Array): boolean => beginning.every((byte, i) => file[i] === byte);

/** Types of storages, PyTorch's name to safetensors'. */
type Types = Readonly<Record<string, string>>;

/** The pickled dictionary of a file and its storages by key. */
export interface PickledStorages {
  readonly dictionary: unknown;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads a state dict saved by torch.save before 1.6: four pickles, a list of keys, and each storage behind its number of elements. Nothing is run.
 *
 * @throws {CheckpointError} for a torn file, another byte order, and storages that the pickle describes otherwise
 */
export function readLegacyBin(file: Uint8Array, types: Types): PickledStorages {
  let at = 0;
  const storageTypes = new Map<string, string>();
  const next = (): unknown => {
    const { value, end, storages } = readPickleAt(file.subarray(at));
    for (const { key, type } of storages) storageTypes.set(key, type);
    at += end;
    return value;
  };
  next();
  if (next() !== 1001)
    throw new CheckpointError('The file is of a protocol of torch.save that is not known (not 1001).');
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false)
    throw new CheckpointError('The tensors are big-endian; little is read.');
  const dictionary = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new CheckpointError('The file has no list of storages behind its pickle.');
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (const key of keys) {
    const type = typeof key === 'string' ? storageTypes.get(key) : undefined;
    const width = type === undefined ? undefined : typeWidths[types[type] ?? ''];
    if (typeof key !== 'string' || width === undefined)
      throw new CheckpointError(`The file has a storage ${JSON.stringify(key)} that its pickle does not describe.`);
    if (at + 8 > file.byteLength) throw new CheckpointError(`The file ends before its storage '${key}'.`);
    const bytes = Number(view.getBigUint64(at, true)) * width;
    at += 8;
    if (!(at + bytes <= file.byteLength))
      throw new CheckpointError(
        `Storage '${key}' of ${bytes} bytes runs past the end of the file of ${file.byteLength}.`,
      );
    storages.set(key, file.subarray(at, at + bytes));
    at += bytes;
  }
  return { dictionary, storages };
}
