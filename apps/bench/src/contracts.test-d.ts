/**
 * Packages describe the shapes they read themselves and import none of each other's; here TypeScript is asked whether what one
 * gives is what the next one takes. Nothing runs: `pnpm types` fails where a shape has drifted.
 */
import type { HostTensor } from '@cloze/backend';
import type { Packable } from '@cloze/datasets';
import type { EncoderParameters, initialParameters, readSafetensors, writeSafetensors } from '@cloze/encoder';
import type { bootstrapInterval, ScorableSentence } from '@cloze/eval';
import type { MaskableBatch, RandomStream as MaskingStream } from '@cloze/masking';
import type { RandomStream } from '@cloze/random';
import type { Objective } from '@cloze/regularisers';
import type { Encoding, PlacedEncoding, padEncodings, TokenBatch } from '@cloze/tokenizer';
import type { Example, TensorCodec } from '@cloze/trainer';

/** Compiles only when a `Given` can stand where a `Taken` is asked for. */
type Fits<Given extends Taken, Taken> = Given;

export type Contracts = [
  // tokenizer → masking
  Fits<TokenBatch, MaskableBatch>,
  Fits<PlacedEncoding, Encoding>,
  Fits<readonly PlacedEncoding[], Parameters<typeof padEncodings>[0]>,
  // tokenizer → trainer
  Fits<Encoding, Example>,
  Fits<Encoding, Packable>,
  // tokenizer → eval
  Fits<Encoding, ScorableSentence>,
  // random → whoever draws
  Fits<RandomStream, MaskingStream>,
  Fits<RandomStream, Parameters<typeof initialParameters>[1]>,
  Fits<RandomStream, Parameters<typeof bootstrapInterval>[1]['random']>,
  // encoder → trainer: checkpoints are safetensors
  Fits<{ read: typeof readSafetensors; write: typeof writeSafetensors }, TensorCodec>,
  // encoder → regularisers: an objective over an encoder's parameters
  Fits<EncoderParameters<HostTensor>, Parameters<Objective<EncoderParameters<HostTensor>, TokenBatch>>[0]>,
  // @ts-expect-error A negative control: ids alone are no batch.
  Fits<Pick<TokenBatch, 'ids'>, MaskableBatch>,
];
