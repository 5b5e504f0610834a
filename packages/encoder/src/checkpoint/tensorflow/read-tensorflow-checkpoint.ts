import { type HostTensor, sizeOf } from '@cloze/backend';
import { CheckpointError } from '../checkpoint-error.ts';
import { maskedCrc32c } from '../crc.ts';
import { typeWidths } from '../decode-tensor.ts';
import { lazyTensor } from '../lazy-tensor.ts';
import { ByteReader, readTable } from './read-table.ts';

/** TensorFlow's numbers of types. */
const types: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'F64',
  3: 'I32',
  9: 'I64',
  10: 'BOOL',
  14: 'BF16',
  19: 'F16',
};

interface Entry {
  type: number;
  shape: number[];
  shard: number;
  offset: number;
  size: number;
  /** Masked CRC-32C of the bytes. */
  crc: number | undefined;
}

/** Fields of a protocol-buffer message: numbers and byte strings. */
function* fields(bytes: Uint8Array): Generator<[number, number | Uint8Array]> {
  const reader = new ByteReader(bytes);
  while (!reader.done) {
    const tag = reader.varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield [field, reader.varint()];
    else if (wire === 1) yield [field, reader.take(8)];
    else if (wire === 2) yield [field, reader.take(reader.varint())];
    else if (wire === 5) yield [field, reader.take(4)];
    else throw new CheckpointError(`The index has a field of wire type ${wire}.`);
  }
}

const number = (value: number | Uint8Array): number => {
  if (typeof value !== 'number') throw new CheckpointError('The index has bytes where a number belongs.');
  return value;
};
const message = (value: number | Uint8Array): Uint8Array => {
  if (typeof value === 'number') throw new CheckpointError('The index has a number where a message belongs.');
  return value;
};

const fixed32 = (bytes: Uint8Array): number => {
  if (bytes.length !== 4) throw new CheckpointError('The index has a checksum that is no 32-bit number.');
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
};

function entryOf(bytes: Uint8Array): Entry {
  const entry: Entry = { type: 0, shape: [], shard: 0, offset: 0, size: 0, crc: undefined };
  for (const [field, value] of fields(bytes)) {
    if (field === 1) entry.type = number(value);
    else if (field === 3) entry.shard = number(value);
    else if (field === 4) entry.offset = number(value);
    else if (field === 5) entry.size = number(value);
    else if (field === 6) entry.crc = fixed32(message(value));
    else if (field === 2)
      for (const [part, dimension] of fields(message(value))) {
        if (part !== 2) continue;
        let extent = 0;
        for (const [name, size] of fields(message(dimension))) if (name === 1) extent = number(size);
        entry.shape.push(extent);
      }
  }
  return entry;
}

/** Google's names of ALBERT's one block, in its `inner_group_0`, as Hugging Face has them. */
const albertParts: readonly (readonly [RegExp, string])[] = [
  [/^attention_1\/self\//, 'attention/'],
  [/^attention_1\/output\/dense\//, 'attention/dense/'],
  [/^LayerNorm\//, 'attention/LayerNorm/'],
  [/^LayerNorm_1\//, 'full_layer_layer_norm/'],
  [/^ffn_1\/intermediate\/output\/dense\//, 'ffn_output/'],
  [/^ffn_1\/intermediate\/dense\//, 'ffn/'],
];

/** ALBERT's names, which Google writes under `bert/`, under `albert/`; undefined for another model's. */
function albertName(name: string): string | undefined {
  const block = /^bert\/encoder\/transformer\/group_(\d+)\/inner_group_(\d+)\/(.*)$/.exec(name);
  if (block) {
    const [, group, inner, rest = ''] = block;
    const part = albertParts.find(([pattern]) => pattern.test(rest));
    if (!part) return undefined;
    const modern = rest.replace(part[0], part[1]).replace(/(full_layer_layer_norm)\/gamma$/, '$1/weight');
    return `albert/encoder/albert_layer_groups/${group}/albert_layers/${inner}/${modern.replace(/(full_layer_layer_norm)\/beta$/, '$1/bias')}`;
  }
  return name
    .replace(/^bert\/pooler\/dense\//, 'albert/pooler/')
    .replace(/^bert\//, 'albert/')
    .replace(/^cls\/predictions\/transform\//, 'predictions/')
    .replace(/^cls\/predictions\/output_bias$/, 'predictions/bias');
}

/** Hugging Face's name of one of Google's, and whether Google's matrix is the transpose of PyTorch's. */
function modernName(name: string, isAlbert: boolean): { readonly name: string; readonly kernel: boolean } {
  const kernel = name.endsWith('/kernel');
  const modern = ((isAlbert && albertName(name)) || name)
    .replace(/\/kernel$/, '/weight')
    .replace(/\/layer_(\d+)\//, '/layer/$1/')
    .replace(/(word_embeddings|position_embeddings|token_type_embeddings)$/, '$1/weight')
    .replace(/^cls\/predictions\/output_bias$/, 'cls/predictions/bias')
    // Google writes this matrix as PyTorch does.
    .replace(
      /^cls\/seq_relationship\/output_(weight|bias)s?$/,
      isAlbert ? 'sop_classifier/classifier/$1' : 'cls/seq_relationship/$1',
    )
    .replace(/^generator_predictions\/output_bias$/, 'generator_lm_head/bias');
  return { name: modern.replaceAll('/', '.'), kernel };
}

/** ELECTRA's files hold two encoders: the head of the generator belongs to the other one, and goes by a name that shows it. */
const ofGenerator = (name: string) => (name.startsWith('generator_') ? `generator/${name}` : name);

/**
 * Reads one of Google's BERT, ALBERT or ELECTRA checkpoints (`bert_model.ckpt.index` and `.data-…`) under Hugging Face's names, ready for `parametersFromCheckpoint`.
 *
 * Optimiser slots (`adam_m`, `adam_v`, whatever stands below another variable's name) and the step are left out. ELECTRA's generator, where the
 * file has both encoders, keeps names of its own.
 *
 * @param shards the data files in order
 * @throws {CheckpointError} for a torn or hostile index, and for a tensor outside its shard
 */
export function readTensorflowCheckpoint(index: Uint8Array, shards: readonly Uint8Array[]): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  const entries = readTable(index);
  if (entries.some(([key]) => key.endsWith('/.ATTRIBUTES/VARIABLE_VALUE')))
    throw new CheckpointError(
      "This is a checkpoint of Keras' (its variables are named by objects, 'model/layer-1/…/.ATTRIBUTES/VARIABLE_VALUE'); convert it in Python: load the model there and save_pretrained it.",
    );
  const keys = new Set(entries.map(([key]) => key));
  const isSlot = (key: string) => keys.has(key.slice(0, key.lastIndexOf('/')));
  const isAlbert = entries.some(([key]) => key.startsWith('bert/encoder/transformer/group_'));
  const hasBoth = entries.some(([key]) => key.startsWith('generator/encoder/'));
  for (const [key, value] of entries) {
    if (key === '' || /(\/adam_[mv]|^global_step|^_CHECKPOINTABLE)/.test(key) || isSlot(key)) continue;
    const { type, shape, shard, offset, size, crc } = entryOf(value);
    const dtype = types[type];
    const data = shards[shard];
    if (!dtype) throw new CheckpointError(`'${key}' has TensorFlow's type ${type}, which is not read.`);
    if (!data) throw new CheckpointError(`'${key}' is in data file ${shard}; ${shards.length} were given.`);
    if (offset + size > data.length || sizeOf(shape) * (typeWidths[dtype] as number) !== size)
      throw new CheckpointError(
        `'${key}': ${dtype} [${shape}] as ${size} bytes at ${offset} does not fit a data file of ${data.length}.`,
      );
    const bytes = data.subarray(offset, offset + size);
    if (crc !== undefined && maskedCrc32c(bytes) !== crc)
      throw new CheckpointError(`'${key}' is damaged: its checksum is not the index's.`);
    const { name, kernel } = modernName(hasBoth ? ofGenerator(key) : key, isAlbert);
    const tensor = lazyTensor(key, dtype, shape, bytes);
    tensors.set(name, kernel ? transposed(tensor) : tensor);
  }
  return tensors;
}

function transposed({ shape, dtype, values }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  return { shape: [columns, rows], dtype, values: out };
}
