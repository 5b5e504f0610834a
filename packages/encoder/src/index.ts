export { encodeBert } from './bert/encode-bert.ts';
export { bertNames, type NamePair } from './checkpoint/bert-names.ts';
export {
  checkpointFromParameters,
  type LoadedParameters,
  parametersFromCheckpoint,
} from './checkpoint/convert-parameters.ts';
export { CheckpointError, readSafetensors, type Safetensors } from './checkpoint/read-safetensors.ts';
export { writeSafetensors } from './checkpoint/write-safetensors.ts';
export { type EncoderConfig, encoderConfig } from './config/encoder-config.ts';
export { classify, type Pooling, pool } from './heads/classify.ts';
export { predictTokens } from './heads/predict-tokens.ts';
export type { Encoded, TokenInputs } from './layers/batch.ts';
export { type BlockOperands, block } from './layers/block.ts';
export { type MaskedLoss, maskedCrossEntropy } from './losses/masked-cross-entropy.ts';
export { initialLinear, initialParameters } from './parameters/initial-parameters.ts';
export type { BlockParameters, EncoderParameters, Linear, Norm } from './parameters/parameter-tree.ts';
export { encodeTta, type TtaOptions } from './tta/encode-tta.ts';
