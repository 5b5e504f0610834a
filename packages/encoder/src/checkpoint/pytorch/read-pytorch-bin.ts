import { type HostTensor, sizeOf } from '@cloze/backend';
import { unzipSync } from 'fflate';
import { CheckpointError } from '../checkpoint-error.ts';
import { decodeTensor, typeWidths } from '../decode-tensor.ts';
import { readPickle, type TensorReference } from './read-pickle.ts';

const types: Readonly<Record<string, string>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  IntStorage: 'I32',
  LongStorage: 'I64',
  BoolStorage: 'BOOL',
};

/** Entries of the archive, stored as torch stores them: uncompressed, so nothing can grow. */
function entriesOf(file: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(file, {
      filter: ({ name, compression, originalSize, size }) => {
        if (compression !== 0 || originalSize !== size || size > file.byteLength)
          throw new CheckpointError(`'${name}' is compressed or larger than the file; torch.save never does that.`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(
      `Not a zip archive as torch.save writes since 1.6: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

/** Elements of a strided view, in row-major order, as bytes. */
function gather({ offset, shape, strides }: TensorReference, storage: Uint8Array, width: number): Uint8Array {
  const count = sizeOf(shape);
  const contiguous = strides.every((stride, axis) => shape[axis] === 1 || stride === sizeOf(shape.slice(axis + 1)));
  if (contiguous) return storage.subarray(offset * width, (offset + count) * width);
  const out = new Uint8Array(count * width);
  for (let at = 0; at < count; at++) {
    let [rest, from] = [at, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % (shape[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    out.set(storage.subarray(from * width, (from + 1) * width), at * width);
  }
  return out;
}

/**
 * Reads `pytorch_model.bin`, a state dict saved by torch.save since 1.6, without running the pickle in it.
 *
 * @throws {CheckpointError} for a compressed or truncated archive, a pickle that asks for anything but tensors, a view past its storage
 */
export function readPytorchBin(file: Uint8Array): Map<string, HostTensor> {
  const entries = entriesOf(file);
  const pickle = Object.keys(entries).find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw new CheckpointError("The archive has no '*/data.pkl'; torch.save's older format is not read.");
  const root = pickle.slice(0, -'data.pkl'.length);
  const order = entries[`${root}byteorder`];
  if (order && new TextDecoder().decode(order).trim() !== 'little')
    throw new CheckpointError('The tensors are big-endian; little is read.');
  let dictionary = readPickle(entries[pickle] as Uint8Array);
  // Trainers wrap the weights: { state_dict: … } or { model: … }.
  for (const key of ['state_dict', 'model'])
    if (dictionary instanceof Map && dictionary.get(key) instanceof Map) dictionary = dictionary.get(key);
  if (!(dictionary instanceof Map)) throw new CheckpointError('The pickle holds no dictionary of tensors.');
  const tensors = new Map<string, HostTensor>();
  let total = 0;
  for (const [name, value] of dictionary) {
    const tensor = value as TensorReference | null;
    if (typeof name !== 'string' || tensor?.kind !== 'tensor') continue;
    const { storage, offset, shape, strides } = tensor;
    const type = types[storage.type];
    const data = entries[`${root}data/${storage.key}`];
    if (!type || !data)
      throw new CheckpointError(
        `'${name}': ${type ? `the archive has no data/${storage.key}` : `${storage.type} is not read`}.`,
      );
    const width = typeWidths[type] as number;
    const last =
      sizeOf(shape) === 0
        ? 0
        : shape.reduce((end, extent, axis) => end + (extent - 1) * (strides[axis] as number), offset) + 1;
    total += sizeOf(shape) * width;
    // Tensors share storages only when tied; views that repeat one storage many times are an attack, not a model.
    if (last * width > data.byteLength || total > 4 * file.byteLength)
      throw new CheckpointError(
        `'${name}': [${shape}] with strides [${strides}] reads ${last * width} bytes of a storage of ${data.byteLength}.`,
      );
    tensors.set(name, decodeTensor(name, type, [...shape], gather(tensor, data, width)));
  }
  if (tensors.size === 0) throw new CheckpointError('The pickle holds no tensors.');
  return tensors;
}
