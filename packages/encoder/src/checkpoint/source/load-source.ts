import type { HostTensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import { CheckpointError } from '../checkpoint-error.ts';
import {
  type ConvertOptions,
  type LoadedParameters,
  parametersFromCheckpoint,
} from '../convert/parameters-from-checkpoint.ts';
import { someNames } from '../file-names.ts';
import { missingParts } from '../fine-tuned-head.ts';
import { configFromHub } from '../hub-config.ts';
import { readPytorchBin } from '../pytorch/read-pytorch-bin.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { readTensorflowCheckpoint } from '../tensorflow/read-tensorflow-checkpoint.ts';
import type { FileSource } from './file-source.ts';
import { jsonObject } from './json-object.ts';
import { naming } from './naming.ts';
import type { Pretrained } from './pretrained.ts';
import { readConfig } from './read-config.ts';
import { readShards } from './read-shards.ts';
import { readSentenceSettings } from './sentence-settings.ts';
import { tokenizerFilesIn } from './tokenizer-files.ts';

/** How to load. `fill` draws what the file lacks, a language-model head of a bare encoder say; without it missing names are an error. */
export interface LoadSourceOptions extends Omit<ConvertOptions, 'family' | 'tied' | 'head'> {}

/** A loaded model and what did not match. */
export interface LoadedPretrained extends Pretrained, Pick<LoadedParameters, 'missing' | 'unexpected' | 'mismatched'> {
  /** What there is to know of how the files were read: names that were unwrapped, weights that were drawn or left over. */
  readonly notes: readonly string[];
}

/** What a reader should know of a file that did not fit as it was. */
function notesOf({ missing, unexpected, mismatched, wrappers }: LoadedParameters): string[] {
  const changed = mismatched.map(({ name }) => name);
  return [
    ...(wrappers.length > 0 ? [`read without ${someNames(wrappers)} before names`] : []),
    ...(missing.length > 0 ? [`drawn at random, for the file lacks them: ${someNames(missing)}`] : []),
    ...(changed.length > 0 ? [`drawn at random, for they are of another shape: ${someNames(changed)}`] : []),
    ...(unexpected.length > 0 ? [`left over, for nothing here reads them: ${someNames(unexpected)}`] : []),
  ];
}

/** Weights, and what there is to know of where they were found. */
interface FoundWeights {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly notes: readonly string[];
}

/** The checkpoint that TensorFlow's file `checkpoint` names as the newest; undefined where it names none. */
async function newestNamed(source: FileSource): Promise<string | undefined> {
  const state = await source.read('checkpoint');
  const named = state && /^model_checkpoint_path:\s*"([^"]*)"/m.exec(new TextDecoder().decode(state))?.[1];
  return named?.split(/[\\/]/).at(-1);
}

/** Google's checkpoint of a folder, whatever its name: one `….index`, or of several the one that `checkpoint` names, and its data files in order. */
async function tensorflowWeights(source: FileSource, files: readonly string[]): Promise<FoundWeights | undefined> {
  const indexes = files.filter((name) => /^[\w.-]+\.index$/.test(name));
  if (indexes.length === 0) return undefined;
  const newest = await newestNamed(source);
  const index = indexes.length === 1 ? indexes[0] : indexes.find((name) => name === `${newest}.index`);
  if (index === undefined)
    throw new CheckpointError(
      `${source.name} has several TensorFlow checkpoints: ${indexes.join(', ')}; keep one, or a file 'checkpoint' that names it${newest === undefined ? '' : ` (it names '${newest}')`}.`,
    );
  const prefix = index.slice(0, -'.index'.length);
  const parts = files.filter((name) => name.startsWith(`${prefix}.data-`)).sort();
  const read = async (name: string) => (await source.read(name)) as Uint8Array;
  const [table, ...data] = await Promise.all([index, ...parts].map(read));
  return {
    tensors: naming(`${source.name}/${index}`, () => readTensorflowCheckpoint(table as Uint8Array, data)),
    notes:
      indexes.length > 1
        ? [`of ${indexes.length} checkpoints ${prefix} is read, which 'checkpoint' names`]
        : newest !== undefined && newest !== prefix
          ? [`'checkpoint' names '${newest}', which is not there; ${prefix} is read`]
          : [],
  };
}

/** What PEFT saves of a low-rank adapter, whose weights come on top of a model's. */
export const adapterName = 'adapter_config.json';

/** Files of weights that are not read. */
const otherWeights = /(\.(h5|msgpack|onnx|gguf|ckpt|pt|pth|bin|safetensors|tflite|npz)|\.ckpt-\d+)$/;

/** How files of other kinds begin. */
const beginnings: readonly (readonly [beginning: string, what: string])[] = [
  ['\u001f\u008b', 'is compressed by gzip; unpack it'],
  ['\u0089HDF\r\n', "is HDF5, Keras' form; load the model in Python and save_pretrained it"],
  ['GGUF', "is GGUF, llama.cpp's form, which is not read; take the model that it was made from"],
];

/** What lies where weights should and is none: a pointer, a page, another kind of file. @param kind what the file's name promises */
function pointerIn(file: Uint8Array, kind: 'safetensors' | 'bin' | 'json'): string | undefined {
  const text = new TextDecoder('latin1').decode(file.subarray(0, 64));
  const found = beginnings.find(([beginning]) => text.startsWith(beginning));
  if (found) return found[1];
  if (kind !== 'bin' && text.startsWith('PK\u0003\u0004'))
    return 'is a zip archive, as torch.save writes it; call it pytorch_model.bin';
  // Eight bytes of length, then the header.
  if (kind !== 'safetensors' && text.slice(4, 10) === '\0\0\0\0{"')
    return 'has the form of safetensors; call it model.safetensors';
  if (text.startsWith('version https://git-lfs'))
    return 'is a pointer of Git LFS, not the file; fetch it with git lfs pull';
  if (/^\s*<(!doctype|html)/i.test(text)) return 'is a web page, not the file; download it again';
  return file.byteLength === 0 ? 'is empty; download it again' : undefined;
}

/** The weights, in the order people publish them. */
async function weights(source: FileSource): Promise<FoundWeights> {
  for (const [name, read] of [
    ['model.safetensors', (file: Uint8Array) => readSafetensors(file).tensors],
    ['model.safetensors.index.json', undefined],
    ['pytorch_model.bin', readPytorchBin],
    ['pytorch_model.bin.index.json', undefined],
  ] as const) {
    const path = `${source.name}/${name}`;
    const file = await source.read(name);
    if (!file) continue;
    const pointer = pointerIn(file, name.endsWith('.json') ? 'json' : read === readPytorchBin ? 'bin' : 'safetensors');
    if (pointer) throw new CheckpointError(`${path} ${pointer}.`);
    const tensors = read ? naming(path, () => read(file)) : await readShards(source, name, jsonObject(file, path));
    return { tensors, notes: [] };
  }
  const files = await source.list();
  const tensorflow = await tensorflowWeights(source, files);
  if (tensorflow) return tensorflow;
  const known = files.filter((name) => otherWeights.test(name));
  throw new CheckpointError(
    `${source.name} has no weights: expected model.safetensors (or its index), pytorch_model.bin (or its index), or a TensorFlow checkpoint (….ckpt.index)${known.length > 0 ? `; ${someNames(known)} ${known.length === 1 ? 'is' : 'are'} not read: save the model in one of these forms, or give the file its usual name` : ''}.`,
  );
}

/**
 * Opens files as Hugging Face lays them out, wherever they lie: `config.json` (or Google's `bert_config.json`, or the one config there is), weights, tokenizer files, what
 * sentence-transformers adds.
 *
 * @throws {CheckpointError} naming the file, and every tensor that is missing or of the wrong shape
 */
export async function loadSource(source: FileSource, options: LoadSourceOptions = {}): Promise<LoadedPretrained> {
  checkOptions('loadSource', options, { fill: anything, ignoreMismatched: flag, strict: flag });
  const { name: folder } = source;
  const read = await readConfig(source);
  const { config, family, head, file } = naming(folder, () => configFromHub(read.file));
  if ((await source.list()).includes(adapterName))
    throw new CheckpointError(
      `${folder} has an adapter (${adapterName}), which changes what the model computes and is not read; merge it in Python (PEFT's merge_and_unload, then save_pretrained), or take its files away.`,
    );
  const { tensors, notes } = await weights(source);
  const { fill, ignoreMismatched = false, strict = false } = options;
  const loaded = naming(folder, () =>
    parametersFromCheckpoint(tensors, config, {
      ...{ family, ignoreMismatched, strict },
      // transformers ties what is equal or stands once, whatever else a file says (`tie_weights`).
      ...(file.tie_word_embeddings === false && { tied: false }),
      ...(fill && { fill }),
      ...(head && { head: head.kind }),
    }),
  );
  const tokenizerFiles = await tokenizerFilesIn(source);
  const sentence = await readSentenceSettings(source.read, folder);
  // A file may claim a class whose head it does not hold whole.
  const whole = head && missingParts(family, loaded, head).length === 0;
  const outputs = loaded.classifier?.bias.shape[0];
  const classes = Object.keys(file.id2label ?? {}).length;
  const hasClasses = whole && (head.kind === 'sequence' || head.kind === 'tokens');
  if (hasClasses && classes > 0 && outputs !== undefined && classes !== outputs)
    throw new CheckpointError(`${folder}: 'id2label' names ${classes} classes, the classifier has ${outputs} outputs.`);
  const { wrappers: _, ...parts } = loaded;
  return {
    config,
    family,
    file,
    tokenizerFiles,
    ...parts,
    notes: [...read.notes, ...notes, ...notesOf(loaded)],
    ...(sentence && { sentence: sentence.settings, otherFiles: sentence.files }),
    ...(whole && { head }),
  };
}
