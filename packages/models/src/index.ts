export { type CompareOptions, type Comparison, compare } from './compare/compare.ts';
export { type EmbedOptions, embed } from './embed/embed.ts';
export type { CutText, TellCut } from './encode/cut-text.ts';
export { type EncodedText, type EncodeTextsOptions, encodeTexts } from './encode/encode-texts.ts';
export { npy } from './encode/npy.ts';
export { evaluate } from './evaluate/evaluate.ts';
export {
  type ExplainedToken,
  type ExplainOptions,
  type Explanation,
  explain,
  explanationMethods,
} from './explain/explain.ts';
export { exportOnnx, type OnnxDtype, type OnnxExport, onnxDtypes } from './export/export-onnx.ts';
export { type ExportTask, exportTasks } from './export/export-tasks.ts';
export { type FilledMask, type FillOptions, fillMask, fillMasks, type Guess } from './fill/fill-masks.ts';
export { type BatchOrder, batchOrder } from './fine-tune/batch-order.ts';
export {
  type FineTunePlace,
  type FineTuneRun,
  fineTune,
  InterruptedError,
  type RunIdentity,
} from './fine-tune/fine-tune.ts';
export type { FineTuneData } from './fine-tune/fine-tune-data.ts';
export type { LoraSettings } from './fine-tune/lora.ts';
export { readExamples } from './fine-tune/read-examples.ts';
export { searchSettings } from './fine-tune/search-settings.ts';
export {
  type FineTuneSettings,
  type FineTuneSurroundings,
  type NamedRegulariser,
  type ResolvedSettings,
  resolveSettings,
} from './fine-tune/settings.ts';
export { type TrainedOnce, type TrainingExamples, type TrainingPlace, trainOnce } from './fine-tune/train-once.ts';
export { type GeneratedText, type GenerateOptions, generate } from './generate/generate.ts';
export { type Unmasked, type UnmaskedText, type UnmaskOptions, unmask } from './generate/unmask.ts';
export { type LoadedModel, loadModel, type ModelTensors } from './model/loaded-model.ts';
export { createModel, type Model } from './model/model.ts';
export { countTokens, type ModelBatch, modelBatch } from './model/model-batch.ts';
export { type OpenSourceOptions, openModel } from './model/open-model.ts';
export { answersOf, createTaskModel, type TaskModel } from './model/task-model.ts';
export { taskTokenizer } from './model/task-tokenizer.ts';
export { type Address, type Answer, type Fetch, urlSource } from './model/url-source.ts';
export { type PredictOptions, predict, type SavedInput, type SavedPrediction } from './predict/predict.ts';
export { type AskedBatch, askedBatch } from './pretrain/asked-batch.ts';
export { freshWeights } from './pretrain/fresh-weights.ts';
export type { HeldOutFigures } from './pretrain/held-out-perplexity.ts';
export { languageModelObjective } from './pretrain/language-model-objective.ts';
export { type PretrainTexts, type PretrainTextsOptions, type PretrainTextsRun, pretrain } from './pretrain/pretrain.ts';
export type { FreshFamily, FreshSizes, PresetMask, PretrainSettings } from './pretrain/pretrain-settings.ts';
export type { PretrainStage } from './pretrain/stages.ts';
export { askedSlots } from './score/asked-slots.ts';
export { runningPerplexity } from './score/running-perplexity.ts';
export { type ScoredText, type ScoreOptions, score } from './score/score.ts';
export {
  type PairOfTexts,
  type ScoredPair,
  type ScorePairsOptions,
  scoreMinimalPairs,
} from './score/score-minimal-pairs.ts';
export { type RerankedList, type ScoredHypothesis, scoreNBest } from './score/score-n-best.ts';
export { scorePairs } from './score/score-pairs.ts';
export {
  type LineOfText,
  type ScorableText,
  type ScoreTextsOptions,
  scoreTexts,
  type TextScore,
} from './score/score-texts.ts';
export { type ScoringKindName, scoringKindFor, scoringKinds } from './score/scoring-kinds.ts';
export { type BenchmarkData, benchmarkData, submissionAnswer } from './tasks/benchmark-data.ts';
export type { ChoiceInput, ChoicePrediction } from './tasks/choice.ts';
export type { ClassPrediction } from './tasks/classification.ts';
export type { GeneratedPrediction } from './tasks/generation.ts';
export type { ClassWeights } from './tasks/labels.ts';
export type { MultiLabelPrediction } from './tasks/multi-label.ts';
export type {
  EncodedInput,
  Example,
  Judged,
  Metrics,
  PreparedTask,
  RowAnswer,
  TaskBatch,
  TaskObjective,
  TaskParameters,
  TaskSetting,
  TaskTokenizer,
} from './tasks/prepared-task.ts';
export type { NumberPrediction } from './tasks/regression.ts';
export type { Row } from './tasks/row.ts';
export type { VectorPrediction } from './tasks/sentence-vectors.ts';
export type { SpanInput, SpanPrediction } from './tasks/span.ts';
export {
  type ChoiceTask,
  type ClassificationTask,
  choice,
  classification,
  type GenerationTask,
  generation,
  type MultiLabelTask,
  multiLabel,
  type RegressionTask,
  regression,
  type SentenceVectorsTask,
  type SpanTask,
  sentenceVectors,
  span,
  type Task,
  type TokensTask,
  tokens,
} from './tasks/task.ts';
export { type FigureOf, type InputOf, type PredictionOf, prepareTask } from './tasks/task-kinds.ts';
export type { TextInput } from './tasks/text-inputs.ts';
export type { TagsPrediction } from './tasks/tokens.ts';
export { type TrimOptions, trimVocabulary } from './trim/trim-vocabulary.ts';
export { type OptimiserName, optimiserNames, type UpdateSettings } from './update-settings.ts';
