import { existsSync } from 'node:fs';
import { checkOptions, listOf, oneOf } from '@cloze/checks';
import { savePretrained } from '@cloze/encoder/node';
import { exportOnnx, type OnnxDtype, type OnnxExport, onnxDtypes } from '../export/export-onnx.ts';
import { type ExportTask, exportTasks } from '../export/export-tasks.ts';
import { tokenizerForReaders } from '../export/tokenizer-for-readers.ts';
import type { LoadedModel } from '../model/loaded-model.ts';

/** What is written. */
export interface SaveOnnxOptions {
  /** Default what the checkpoint is for. */
  readonly task?: ExportTask | undefined;
  /** Types of numbers, a file each; default `float32` alone. */
  readonly dtypes?: readonly OnnxDtype[] | undefined;
}

/** What was written. */
export interface SavedOnnx extends Omit<OnnxExport, 'bytes'> {
  /** Bytes of each file, by its name in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

/** Names by which transformers.js finds a type of numbers: its `fp32`, `fp16` and `q8`. */
const fileNames: Readonly<Record<OnnxDtype, string>> = {
  float32: 'onnx/model.onnx',
  float16: 'onnx/model_fp16.onnx',
  int8: 'onnx/model_quantized.onnx',
};
const theirNames: Readonly<Record<OnnxDtype, string>> = { float32: 'fp32', float16: 'fp16', int8: 'q8' };

/**
 * Writes a model as a folder that optimum and transformers.js read: `onnx/model.onnx`, `model_fp16.onnx`, `model_quantized.onnx`, and beside them
 * `config.json` and the tokenizer's files; all or nothing.
 *
 * @throws {Error} for a folder that exists, and as `exportOnnx`
 */
export async function saveOnnx(folder: string, model: LoadedModel, options: SaveOnnxOptions = {}): Promise<SavedOnnx> {
  checkOptions('saveOnnx', options, { task: oneOf(exportTasks), dtypes: listOf(oneOf(onnxDtypes), 1) });
  const { task, dtypes = ['float32'] } = options;
  if (existsSync(folder)) throw new Error(`${folder} exists; name a folder that does not, for nothing is replaced.`);
  const { bytes, ...about } = exportOnnx(model, task);
  const files: Record<string, number> = {};
  const weightFiles = [...new Set(dtypes)].map((dtype) => {
    const name = fileNames[dtype];
    const make = () => {
      const made = bytes(dtype);
      files[name] = made.length;
      return made;
    };
    return [name, make] as const;
  });
  const { loaded } = model;
  // What a browser would ask for otherwise is int8, whether it is there or not.
  const [first] = dtypes as readonly [OnnxDtype];
  const file = { ...loaded.file, 'transformers.js_config': { dtype: theirNames[first] } };
  await savePretrained(
    folder,
    { ...loaded, file, tokenizerFiles: tokenizerForReaders(model, about.inputs.includes('token_type_ids')) },
    { weightFiles: Object.fromEntries(weightFiles) },
  );
  return { ...about, files };
}
