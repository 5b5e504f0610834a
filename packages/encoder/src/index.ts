export { averageParameters } from './averaging/average-parameters.ts';
export { modelAverage } from './averaging/model-average.ts';
export { type BertOptions, encodeBert } from './bert/encode-bert.ts';
export { CheckpointError } from './checkpoint/checkpoint-error.ts';
export type { CheckpointExtras } from './checkpoint/convert/checkpoint-extras.ts';
export { checkpointFromParameters } from './checkpoint/convert/checkpoint-from-parameters.ts';
export {
  type ConvertOptions,
  type LoadedParameters,
  parametersFromCheckpoint,
} from './checkpoint/convert/parameters-from-checkpoint.ts';
export type { Mismatch } from './checkpoint/convert/read-model.ts';
export type { FineTunedHead, ProblemType } from './checkpoint/fine-tuned-head.ts';
export { configFromHub, configToHub, type HubConfig } from './checkpoint/hub-config.ts';
export { modelNames, optionalNames } from './checkpoint/model-names.ts';
export { readPytorchBin } from './checkpoint/pytorch/read-pytorch-bin.ts';
export { readSafetensors, type Safetensors } from './checkpoint/read-safetensors.ts';
export { shardNames } from './checkpoint/shard-names.ts';
export type { FileSource } from './checkpoint/source/file-source.ts';
export { type LoadedPretrained, type LoadSourceOptions, loadSource } from './checkpoint/source/load-source.ts';
export { pretrainedFiles, type SaveOptions } from './checkpoint/source/pretrained-files.ts';
export { readTensorflowCheckpoint } from './checkpoint/tensorflow/read-tensorflow-checkpoint.ts';
export { safetensorsParts, writeSafetensors } from './checkpoint/write-safetensors.ts';
export { type Activation, type EncoderConfig, type EncoderSizes, encoderConfig } from './config/encoder-config.ts';
export {
  type CorrectedEmbeddings,
  type CorrectionOptions,
  correctEmbeddings,
} from './correction/correct-embeddings.ts';
export { type CrfParameters, crfLogPartition, crfLoss, crfScore } from './crf/crf-loss.ts';
export { viterbi } from './crf/viterbi.ts';
export {
  type CrossParameters,
  type DenoisingDecoderParameters,
  decodeFromVector,
  initialDenoisingDecoder,
} from './denoising/denoising-decoder.ts';
export { type DenoisingBatch, denoisingLoss } from './denoising/denoising-loss.ts';
export { type DroppedTokens, encodeDropping } from './dropping/encode-dropping.ts';
export { type DetectorParameters, detectReplaced } from './electra/detect-replaced.ts';
export { disentangledTable } from './electra/disentangled-table.ts';
export { type ElectraBatch, type ElectraLoss, type ElectraModels, electraLoss } from './electra/electra-loss.ts';
export { sampleTokens } from './electra/sample-tokens.ts';
export { enlarge } from './enlarging/enlarge.ts';
export { encode, type FamilyName, families, familyOf, visibilityOf } from './families/families.ts';
export type { EncodeOptions, Family, HeadForm, HeadKind, Visibility } from './families/family.ts';
export type { NamePair } from './families/name-pairs.ts';
export { type BeamOptions, beamSearch } from './generation/beam-search.ts';
export { type Cache, cacheOf } from './generation/cache.ts';
export { createDecoder, type DecoderOptions, type Source } from './generation/create-decoder.ts';
export type { Decoder, Hypothesis } from './generation/decoder.ts';
export { extend } from './generation/extend.ts';
export { greedySearch } from './generation/greedy-search.ts';
export { choose } from './heads/choose.ts';
export { type ClassifierHead, classifierHead, type HeadOptions, type HeadParameters } from './heads/classifier-head.ts';
export { type ClassifyOptions, classify } from './heads/classify.ts';
export { embedSentence, type SentencePooling } from './heads/embed-sentence.ts';
export { findSpan } from './heads/find-span.ts';
export { type Pooling, pool } from './heads/pool.ts';
export { type HeadConfig, predictTokens } from './heads/predict-tokens.ts';
export { activate } from './layers/activate.ts';
export { type Attended, type AttendOperands, attend, type KeysValues } from './layers/attend.ts';
export type { Encoded, TokenInputs } from './layers/batch.ts';
export { type BlockResult, block } from './layers/blocks.ts';
export { binaryCrossEntropy } from './losses/binary-cross-entropy.ts';
export { ignoredTarget, type MaskedLoss, maskedCrossEntropy } from './losses/masked-cross-entropy.ts';
export { decodeRemoved } from './mae/decode-removed.ts';
export { initialMaeDecoder, type MaeDecoderParameters } from './mae/decoder-parameters.ts';
export type { NormalDraw } from './parameters/draw-parameters.ts';
export { currentName, formerNames } from './parameters/former-names.ts';
export { initialLinear, initialParameters } from './parameters/initial-parameters.ts';
export { type ParameterSpec, parameterSpecs } from './parameters/parameter-specs.ts';
export type {
  BlockParameters,
  EncoderParameters,
  LanguageModelParameters,
  Linear,
  ModelParameters,
  Norm,
} from './parameters/parameter-tree.ts';
export {
  type BidirectionalGruParameters,
  bidirectionalGru,
  type GruParameters,
  initialGru,
} from './soft-masked/gru.ts';
export {
  correctTokens,
  type ErrorDetectorParameters,
  initialErrorDetector,
  type SoftMasked,
  type SoftMaskedLoss,
  softMaskedLoss,
} from './soft-masked/soft-masked-loss.ts';
export { estimateMemory, type MemoryEstimate, type MemoryPlan } from './summary/estimate-memory.ts';
export { type SummaryRow, summary } from './summary/summary.ts';
export { encodeTta, type TtaOptions } from './tta/encode-tta.ts';
export { encodeTwoStream, type TwoStreams } from './two-stream/encode-two-stream.ts';
export { causal, causalRows } from './visible/causal.ts';
export { hiddenDiagonal } from './visible/hidden-diagonal.ts';
export { packed } from './visible/packed.ts';
export { permuted } from './visible/permuted.ts';
export { prefix } from './visible/prefix.ts';
