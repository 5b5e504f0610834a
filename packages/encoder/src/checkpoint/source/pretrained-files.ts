import type { HostTensor, StoredFloat } from '@cloze/backend';
import { anything, checkOptions, either, oneOf, real } from '@cloze/checks';
import { checkpointFromParameters } from '../convert/checkpoint-from-parameters.ts';
import { configToHub } from '../hub-config.ts';
import { splitIntoShards } from '../split-into-shards.ts';
import { writeSafetensors } from '../write-safetensors.ts';
import type { Pretrained } from './pretrained.ts';

/** How the weights are written. */
export interface SaveOptions {
  /** Type of the numbers in the file, default `float32`. 16-bit files are half as large; loading widens them, rounded as they are. */
  readonly dtype?: StoredFloat;
  /** Bytes of one file's weights, default one file for all (transformers' default is 50e9). More are listed in `model.safetensors.index.json`. */
  readonly maxShardSize?: number;
  /** Files that hold the weights in place of `model.safetensors`, by name, each made when it is written: ONNX, say. */
  readonly weightFiles?: Readonly<Record<string, () => Uint8Array>>;
  /** Further files of the folder, by name: a model card, say. */
  readonly otherFiles?: Readonly<Record<string, Uint8Array>>;
}

/** @throws {CheckpointError} for an option that is unknown or out of range */
export const checkSaveOptions = (where: string, options: SaveOptions): void =>
  checkOptions(where, options, {
    dtype: oneOf(['float32', 'float16', 'bfloat16']),
    maxShardSize: either(real(), oneOf([Number.POSITIVE_INFINITY])),
    otherFiles: anything,
    weightFiles: anything,
  });

const jsonOf = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/**
 * The files of a model as Hugging Face lays them out, `config.json`, `model.safetensors`, the tokenizer's, each made when it is asked for:
 * `savePretrained` of `@cloze/encoder/node` writes them into a folder; a page keeps them where it likes.
 *
 * @throws {RangeError} for an option that is unknown or out of range {CheckpointError} for a `maxShardSize` that is no positive number
 */
export function* pretrainedFiles(
  model: Partial<Pretrained> & Pick<Pretrained, 'parameters' | 'config'>,
  options: SaveOptions = {},
): Generator<readonly [name: string, bytes: Uint8Array]> {
  checkSaveOptions('pretrainedFiles', options);
  const { dtype = 'float32', maxShardSize = Number.POSITIVE_INFINITY, otherFiles = {}, weightFiles } = options;
  const {
    parameters,
    config,
    family = 'bert',
    file = {},
    tokenizerFiles = {},
    otherFiles: keptFiles = {},
    ...extras
  } = model;
  const { pooler, detector, classifier, classifierDense, span, crf, sentenceOrder, head } = extras;
  const parts = {
    family,
    ...(pooler && { pooler }),
    ...(detector && { detector }),
    ...(classifier && { classifier }),
    ...(classifierDense && { classifierDense }),
    ...(span && { span }),
    ...(crf && { crf }),
    ...(sentenceOrder && { sentenceOrder }),
    ...(head && { head }),
  };
  const tensors = weightFiles ? new Map<string, HostTensor>() : checkpointFromParameters(parameters, config, parts);
  const tied = !parameters.languageModel.output;
  yield ['config.json', jsonOf(configToHub(config, { ...parts, file, dtype, tied }))];
  const width = dtype === 'float32' ? 4 : 2;
  const sizes = Array.from(tensors, ([name, { values }]) => {
    return [name, { elements: values.length, bytes: values.length * width }] as const;
  });
  const { files, index } = splitIntoShards(new Map(sizes), maxShardSize);
  for (const [name, make] of Object.entries(weightFiles ?? {})) yield [name, make()];
  for (const [name, names] of weightFiles ? [] : files) {
    const shard = new Map(names.map((tensor) => [tensor, tensors.get(tensor) as HostTensor]));
    yield [name, writeSafetensors(shard, undefined, { dtype })];
  }
  if (index) yield ['model.safetensors.index.json', jsonOf(index)];
  yield* Object.entries({ ...keptFiles, ...tokenizerFiles, ...otherFiles });
}
