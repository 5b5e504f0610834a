export * from './index.ts';
export { compareRuns } from './node/compare-runs.ts';
export { type FineTuneFiles, type FineTuneFilesRun, fineTune, type RowsSource } from './node/fine-tune.ts';
export { type FineTuneRecord, readRecord } from './node/fine-tune-record.ts';
export { installEngine } from './node/install-engine.ts';
export { loadTokenizer } from './node/load-tokenizer.ts';
export { openEngine } from './node/open-engine.ts';
export { type OpenedModel, type OpenModelOptions, openModel } from './node/open-model.ts';
export {
  type PretrainFiles,
  type PretrainOptions,
  type PretrainRecord,
  type PretrainRun,
  pretrain,
} from './node/pretrain.ts';
export type { Saveable } from './node/save-model.ts';
export { type SavedOnnx, type SaveOnnxOptions, saveOnnx } from './node/save-onnx.ts';
