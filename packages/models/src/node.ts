export * from './index.ts';
export { type FineTuneFiles, type FineTuneFilesRun, fineTune, type RowsSource, readRecord } from './node/fine-tune.ts';
export { installEngine } from './node/install-engine.ts';
export { openEngine } from './node/open-engine.ts';
export { type OpenedModel, type OpenModelOptions, openModel } from './node/open-model.ts';
export { type PretrainFiles, type PretrainRun, pretrain } from './node/pretrain.ts';
export type { Saveable } from './node/save-model.ts';
