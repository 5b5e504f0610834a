import { type HostTensor, sizeOf } from '@cloze/backend';
import { CheckpointError } from '../checkpoint-error.ts';
import { typeWidths } from '../decode-tensor.ts';
import { lazyTensor } from '../lazy-tensor.ts';
import { isLegacyBin, type PickledStorages, readLegacyBin } from './read-legacy-bin.ts';
import { readPickle } from './read-pickle.ts';
import { readStoredZip } from './read-stored-zip.ts';
import type { TensorReference } from './references.ts';

const types: Readonly<Record<string, string>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  IntStorage: 'I32',
  LongStorage: 'I64',
  BoolStorage: 'BOOL',
  ByteStorage: 'U8',
  CharStorage: 'I8',
  ShortStorage: 'I16',
};

const isContiguous = ({ shape, strides }: TensorReference) =>
  strides.every((stride, axis) => shape[axis] === 1 || stride === sizeOf(shape.slice(axis + 1)));

/** Elements of a strided view, in row-major order, copied. */
function gather({ offset, shape, strides }: TensorReference, storage: Uint8Array, width: number): Uint8Array {
  const count = sizeOf(shape);
  const out = new Uint8Array(count * width);
  for (let index = 0; index < count; index++) {
    let [rest, from] = [index, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % (shape[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    out.set(storage.subarray(from * width, (from + 1) * width), index * width);
  }
  return out;
}

/** The pickled dictionary of an archive, and its storages. */
function readZip(file: Uint8Array): PickledStorages {
  const entries = readStoredZip(file);
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw new CheckpointError("The archive has no '*/data.pkl', as torch.save writes it.");
  const root = pickle.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(order).trim() !== 'little')
    throw new CheckpointError('The tensors are big-endian; little is read.');
  const prefix = `${root}data/`;
  const storages = new Map(
    [...entries].flatMap(([name, bytes]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), bytes] as const] : [],
    ),
  );
  return { dictionary: readPickle(entries.get(pickle) as Uint8Array), storages };
}

/** Under what trainers put the weights of a checkpoint: Lightning and others, Google's and OpenAI's scripts, DeepSpeed, PyTorch's own tutorials. */
const containers = ['state_dict', 'model', 'module', 'model_state_dict'];

/** Keys of dictionaries that hold tensors themselves. */
const dictionariesIn = (dictionary: ReadonlyMap<unknown, unknown>) =>
  [...dictionary].flatMap(([key, value]) =>
    value instanceof Map && [...value.values()].some((item) => (item as TensorReference | null)?.kind === 'tensor')
      ? [`'${String(key)}'`]
      : [],
  );

/**
 * Reads `pytorch_model.bin`, a state dict saved by torch.save (by one before 1.6 too), without running the pickle in it; values are views of the file, decoded when asked for.
 *
 * @throws {CheckpointError} for a compressed, damaged or truncated archive, a pickle that asks for anything but tensors, a view past its storage
 */
export function readPytorchBin(file: Uint8Array): Map<string, HostTensor> {
  const { storages, ...read } = isLegacyBin(file) ? readLegacyBin(file, types) : readZip(file);
  let { dictionary } = read;
  for (const key of containers)
    if (dictionary instanceof Map && dictionary.get(key) instanceof Map) dictionary = dictionary.get(key);
  if (!(dictionary instanceof Map)) throw new CheckpointError('The pickle holds no dictionary of tensors.');
  const tensors = new Map<string, HostTensor>();
  let copied = 0;
  for (const [name, value] of dictionary) {
    const tensor = value as TensorReference | null;
    if (typeof name !== 'string' || tensor?.kind !== 'tensor') continue;
    const { storage, offset, shape, strides } = tensor;
    const type = types[storage.type];
    const data = storages.get(storage.key);
    if (!type || !data)
      throw new CheckpointError(
        `'${name}': ${type ? `the archive has no data/${storage.key}` : `${storage.type} is not read`}.`,
      );
    const width = typeWidths[type] as number;
    const last =
      sizeOf(shape) === 0
        ? 0
        : shape.reduce((end, extent, axis) => end + (extent - 1) * (strides[axis] as number), offset) + 1;
    const bytes = sizeOf(shape) * width;
    if (last * width > data.byteLength || bytes > data.byteLength)
      throw new CheckpointError(
        `'${name}': [${shape}] with strides [${strides}] reads ${Math.max(last * width, bytes)} bytes of a storage of ${data.byteLength}.`,
      );
    let view = data.subarray(offset * width, offset * width + bytes);
    if (!isContiguous(tensor)) {
      // A transposed matrix is copied once; many views that each copy one storage are an attack, not a model.
      copied += bytes;
      if (copied > file.byteLength)
        throw new CheckpointError(`'${name}': copies of strided views are ${copied} bytes, more than the whole file.`);
      view = gather(tensor, data, width);
    }
    tensors.set(name, lazyTensor(name, type, [...shape], view));
  }
  if (tensors.size === 0) {
    const inner = dictionariesIn(dictionary);
    throw new CheckpointError(
      inner.length === 0
        ? 'The pickle holds no tensors.'
        : `The pickle holds no tensors of its own, but under ${inner.join(', ')}; save the one that is the model, in Python: torch.save(torch.load(file)[${inner[0]}], file).`,
    );
  }
  return tensors;
}
