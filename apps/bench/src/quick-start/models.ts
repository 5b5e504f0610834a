import { bools, floats, forkKey, type HostTensor, ints, type Key, rootKey, type Tensor } from '@cloze/backend';
import {
  type Encoded,
  type EncoderConfig,
  type EncoderParameters,
  encode,
  type FamilyName,
  type TokenInputs,
} from '@cloze/encoder';
import { everyToken, type MaskedBatch, type MaskPolicy, mask, roberta } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import type { TokenBatch } from '@cloze/tokenizer';

/** The two encoders that are compared. */
export type ModelName = 'BERT' | 'T-TA';

/** Their families. */
export const families: Readonly<Record<ModelName, FamilyName>> = { BERT: 'bert', 'T-TA': 't-ta' };

/** Runs the encoder of a name; T-TA shows its diagonal for fine-tuning. */
export function encodeWith(
  name: ModelName,
  parameters: EncoderParameters<Tensor>,
  { ids, segments, attend }: TokenInputs,
  config: EncoderConfig,
  key: Key | undefined,
  showDiagonal = false,
): Encoded {
  return encode(families[name], parameters, { ids, segments, attend }, config, key, { showDiagonal });
}

/** What a masked batch becomes on the engine; `T` is a host value outside and a tensor inside. */
export interface TargetInputs<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  readonly targetPositions: T;
  readonly targets: T;
  readonly weights: T;
}

/** A masked batch as host tensors. */
export function targetInputs({
  shape,
  slots,
  ids,
  segments,
  attend,
  targetPositions,
  targets,
  weights,
}: MaskedBatch): TargetInputs<HostTensor> {
  const gathered = [shape[0], slots];
  return {
    ids: ints(shape, ids),
    segments: ints(shape, segments),
    attend: bools(shape, attend),
    targetPositions: ints(gathered, targetPositions),
    targets: ints(gathered, targets),
    weights: floats(gathered, weights),
  };
}

/** 15 % of tokens, at least one of a row. */
const classic: MaskPolicy = { ...roberta, atLeastOne: true };

/** Pretraining targets of a model: 15 % with 80/10/10 for BERT, every token for T-TA. Masks depend on (seed, step, row) only. */
export function targetsFor(
  name: ModelName,
  batch: TokenBatch,
  { seed, step, maskId, vocabularySize }: { seed: number; step: number; maskId: number; vocabularySize: number },
): MaskedBatch {
  const stream = streamFrom(seed).fork('masking', step);
  return mask(batch, name === 'T-TA' ? everyToken : classic, {
    maskId,
    candidates: { from: 5, to: vocabularySize },
    randomOf: (row) => stream.fork(row),
  });
}

/** The words of a key as a host tensor: seed, step, first row. */
export const keyWords = (seed: number, step: number): HostTensor => ints([3], Int32Array.of(seed, step, 0));

/** The dropout key of a traced step. */
export const dropoutKey = (words: Tensor): Key => forkKey(rootKey(words), 'dropout');
