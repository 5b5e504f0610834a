import {
  encodeOnnx,
  exportGraph,
  fill,
  type OnnxFile,
  type OnnxFileOptions,
  type OnnxGraph,
  onnxFiles,
  opset,
  rowsInRuns,
  toFloat16,
  toInt8,
} from '@cloze/backend';
import { checkArguments, needed, oneOf, text } from '@cloze/checks';
import { configToHub, encode } from '@cloze/encoder';
import { checkWeights } from '../model/check-weights.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ExportTask, exportedFunction, exportTasks, taskOf } from './export-tasks.ts';

/** Types of numbers that an ONNX file may hold. */
export const onnxDtypes = ['float32', 'float16', 'int8'] as const;

/** The type of an ONNX file's numbers; `int8` are matrices of whole numbers with a scale for each column. */
export type OnnxDtype = (typeof onnxDtypes)[number];

/** A model as an ONNX graph, ready to be written. */
export interface OnnxExport {
  readonly task: ExportTask;
  /** Version of ONNX's set of operations. */
  readonly opset: number;
  /** int64 `[batch_size, sequence_length]`, in their order; of `multiple-choice` `[batch_size, num_choices, sequence_length]`. */
  readonly inputs: readonly string[];
  /** float32, as optimum names them. */
  readonly outputs: readonly string[];
  /** In a line each: what whoever opens it should know. */
  readonly notes: readonly string[];
  /** The bytes of the `.onnx` file. @throws {BackendError} above 2 GB, and for weights above 65,504 in `float16` */
  bytes(dtype: OnnxDtype): Uint8Array;
  /**
   * The `.onnx` file by its name, and where the weights are more than one file holds, they beside it (ONNX's external data), in `NAME_data`, `NAME_data_1`, ….
   *
   * @throws {BackendError} for weights above 65,504 in `float16`
   */
  files(dtype: OnnxDtype, name: string, options?: OnnxFileOptions): readonly OnnxFile[];
}

const stored: Readonly<Record<OnnxDtype, (graph: OnnxGraph) => OnnxGraph>> = {
  float32: (graph) => graph,
  float16: toFloat16,
  int8: toInt8,
};

/** Model types that transformers.js has classes of encoders for, of those that are read here. */
const knownTypes: ReadonlySet<string> = new Set([
  'bert',
  'roberta',
  'xlm-roberta',
  'electra',
  'roformer',
  'albert',
  'camembert',
  'distilbert',
  'modernbert',
  'deberta-v2',
  'mpnet',
  'neobert',
]);

/** Tasks that transformers.js 4.3 has no class for, of model types that it has others for. */
const missingThere: Readonly<Partial<Record<ExportTask, (type: unknown) => boolean>>> = {
  'token-classification': (type) => type === 'albert',
  'question-answering': (type) => type === 'modernbert',
  'multiple-choice': () => true,
};

/** What a reader of the file should know. */
function notesOf({ loaded, config, family, visibility }: LoadedModel, task: ExportTask): string[] {
  const { model_type: type } = configToHub(config, { family, file: loaded.file });
  const prompt = loaded.sentence?.prompt ?? '';
  const known = knownTypes.has(String(type)) && !missingThere[task]?.(type);
  return [
    ...(known
      ? []
      : [
          `transformers.js has no class for ${task} of model_type '${type}': open the file by an ONNX session (onnxruntime)`,
        ]),
    ...(task === 'fill-mask' && visibility === 'others'
      ? ['logits at each token are given all others but itself: one pass scores a whole text, without [MASK]']
      : []),
    ...(task === 'feature-extraction' && prompt !== ''
      ? [`texts are to begin with the prompt '${prompt}': whoever runs the file puts it there`]
      : []),
  ];
}

/**
 * A model as ONNX: token rows to logits or vectors, batch and length open.
 *
 * The function is the one that `fillMask`, `score`, `predict` and `embed` run: `logits` `[batch, length, vocabulary]` (`fill-mask`, and T-TA's in
 * one pass), `[batch, classes]` (`text-classification`, pairs too), `[batch, length, classes]` (`token-classification`), `[batch, choices]`
 * (`multiple-choice`), `start_logits` and `end_logits` `[batch, length]`, −10³⁰ in pads (`question-answering`), or `last_hidden_state`
 * `[batch, length, width]` and `sentence_embedding` `[batch, width]` (`feature-extraction`). Rows are padded on the right.
 *
 * @param task default what the checkpoint is for
 * @throws {Error} for a head that the checkpoint lacks {RangeError} for an unknown task, or weights that are NaN
 * @throws {BackendError} for an encoder that cannot be written with batch and length left open
 */
export function exportOnnx(model: LoadedModel, task: ExportTask = taskOf(model)): OnnxExport {
  checkArguments('exportOnnx', { task }, { task: oneOf(exportTasks) });
  const { name, config, weights, maximumLength } = model;
  // One graph for rows of every length.
  const open = { openLength: true } as const;
  const { family } = model;
  const run = exportedFunction(
    { ...model, ...open, forward: (tree, inputs) => encode(family, tree, inputs, config, undefined, open) },
    task,
  );
  checkWeights(name, weights);
  const rows = exportGraph(
    weights,
    (tensors, { input_ids: ids, attention_mask: attend, token_type_ids: types }) => {
      // Where there is one segment, its number is not asked for.
      const segments = config.segmentTypes > 1 ? types : fill(ids.shape, 0, 'int32');
      return run(tensors, { ids, attend, segments });
    },
    { inputs: { input_ids: 'int32', attention_mask: 'bool', token_type_ids: 'int32' }, longest: maximumLength },
  );
  const graph = task === 'multiple-choice' ? rowsInRuns(rows, 'num_choices') : rows;
  const graphOf = (dtype: OnnxDtype): OnnxGraph => {
    checkArguments('exportOnnx', { dtype }, { dtype: oneOf(onnxDtypes) });
    return stored[dtype](graph);
  };
  return {
    task,
    opset,
    inputs: graph.inputs.map((input) => input.name),
    outputs: graph.outputs.map((output) => output.name),
    notes: notesOf(model, task),
    bytes: (dtype) => encodeOnnx(graphOf(dtype)),
    files: (dtype, name, options) => {
      checkArguments('exportOnnx', { name }, { name: needed(text) });
      return onnxFiles(graphOf(dtype), name, options);
    },
  };
}
