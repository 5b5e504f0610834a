import { existsSync } from 'node:fs';
import type { OnnxFileOptions } from '@cloze/backend';
import { checkOptions, listOf, oneOf, whole } from '@cloze/checks';
import { savePretrained } from '@cloze/encoder/node';
import { exportOnnx, type OnnxDtype, type OnnxExport, onnxDtypes } from '../export/export-onnx.ts';
import { type ExportTask, exportTasks } from '../export/export-tasks.ts';
import { tokenizerForReaders } from '../export/tokenizer-for-readers.ts';
import type { LoadedModel } from '../model/loaded-model.ts';

/** What is written. */
export interface SaveOnnxOptions extends OnnxFileOptions {
  /** Default what the checkpoint is for. */
  readonly task?: ExportTask | undefined;
  /** Types of numbers, a file each; default `float32` alone. */
  readonly dtypes?: readonly OnnxDtype[] | undefined;
}

/** What was written. */
export interface SavedOnnx extends Omit<OnnxExport, 'bytes' | 'files'> {
  /** Bytes of each file, by its name in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

/** Names by which transformers.js finds a type of numbers: its `fp32`, `fp16` and `q8`. */
const fileNames: Readonly<Record<OnnxDtype, string>> = {
  float32: 'model.onnx',
  float16: 'model_fp16.onnx',
  int8: 'model_quantized.onnx',
};
const theirNames: Readonly<Record<OnnxDtype, string>> = { float32: 'fp32', float16: 'fp16', int8: 'q8' };

/**
 * Writes a model as a folder that optimum and transformers.js read: `onnx/model.onnx`, `model_fp16.onnx`, `model_quantized.onnx`, and beside them
 * `config.json` and the tokenizer's files; all or nothing. Weights above 2 GB (`maxFileSize`) lie beside their model in `onnx/model.onnx_data`,
 * `onnx/model.onnx_data_1`, …, and `config.json` says so to transformers.js.
 *
 * @throws {Error} for a folder that exists, and as `exportOnnx`
 */
export async function saveOnnx(folder: string, model: LoadedModel, options: SaveOnnxOptions = {}): Promise<SavedOnnx> {
  const rules = { task: oneOf(exportTasks), dtypes: listOf(oneOf(onnxDtypes), 1), maxFileSize: whole(1) };
  checkOptions('saveOnnx', options, rules);
  const { task, dtypes = ['float32'], maxFileSize } = options;
  if (existsSync(folder)) throw new Error(`${folder} exists; name a folder that does not, for nothing is replaced.`);
  const { bytes: _, files: filesOf, ...about } = exportOnnx(model, task);
  const sizes: Record<string, number> = {};
  const weightFiles: Record<string, () => Uint8Array> = {};
  const beside: Record<string, number> = {};
  for (const dtype of new Set(dtypes)) {
    const files = filesOf(dtype, fileNames[dtype], { maxFileSize });
    if (files.length > 1) beside[fileNames[dtype]] = files.length - 1;
    for (const { name, bytes } of files)
      weightFiles[`onnx/${name}`] = () => {
        const made = bytes();
        sizes[`onnx/${name}`] = made.length;
        return made;
      };
  }
  const { loaded } = model;
  const [first] = dtypes as readonly [OnnxDtype];
  const forReaders = {
    // What a browser would ask for otherwise is int8, whether it is there or not.
    dtype: theirNames[first],
    // How many files of weights lie beside which model.
    ...(Object.keys(beside).length > 0 && { use_external_data_format: beside }),
  };
  const file = { ...loaded.file, 'transformers.js_config': forReaders };
  await savePretrained(
    folder,
    { ...loaded, file, tokenizerFiles: tokenizerForReaders(model, about.inputs.includes('token_type_ids')) },
    { weightFiles },
  );
  return { ...about, files: sizes };
}
