import { bools, type HostTensor, ints, type Tensor } from '@cloze/backend';
import { bucketOf } from '@cloze/datasets';
import {
  decodeRemoved,
  type EncoderParameters,
  encodeBert,
  encoderConfig,
  initialMaeDecoder,
  type MaeDecoderParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { removeTokens } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import type { Corpus } from './open-corpus.ts';
import { padColumns } from './pad-columns.ts';
import { corpusBatches } from './pretrain-encoder.ts';
import type { StartEncoder } from './start-encoder.ts';
import { type AskedInputs, askedInputs, countTokens, type RowInputs, rowInputs } from './token-inputs.ts';
import { type Trained, type TrainingSettings, trainParameters } from './train-parameters.ts';

/** How an MAE is pretrained. */
export interface MaeOptions extends TrainingSettings {
  readonly batch: number;
  readonly buckets: readonly number[];
  /** Share of tokens that are removed. */
  readonly rate: number;
  readonly decoder: { readonly layers: number; readonly width: number; readonly heads: number };
}

interface MaeParameters<T> {
  readonly encoder: EncoderParameters<T>;
  readonly decoder: MaeDecoderParameters<T>;
}
interface MaeInputs<T> {
  /** What the encoder sees. */
  readonly kept: RowInputs<T>;
  /** What the decoder is asked, at the places of the whole row. */
  readonly asked: AskedInputs<T>;
  readonly restore: T;
  readonly attend: T;
}

/**
 * Pretrains an encoder as MAE's: it sees the tokens that stay, at their own positions; a shallow decoder predicts the removed ones.
 *
 * The decoder is thrown away; the encoder has met neither [MASK] nor a wrong token.
 */
export async function pretrainMae(
  lab: Lab,
  start: StartEncoder,
  corpus: Corpus,
  { batch, buckets, rate, decoder: sizes, ...training }: MaeOptions,
): Promise<{ readonly encoder: StartEncoder; readonly trained: Trained<MaeParameters<HostTensor>> }> {
  const { config, special } = start;
  const decoderConfig = encoderConfig({
    ...config,
    ...sizes,
    embeddingWidth: sizes.width,
    feedForwardWidth: 4 * sizes.width,
  });
  const planOf = corpusBatches(corpus.train, { batch, buckets, seed: lab.seed });
  const streams = streamFrom(lab.seed).fork('removal');
  const trained = await trainParameters<MaeParameters<HostTensor>, MaeInputs<Tensor>>(lab, {
    ...training,
    phase: 'pretrain',
    parameters: {
      encoder: start.parameters,
      decoder: initialMaeDecoder(config, decoderConfig, streamFrom(lab.seed).fork('decoder')),
    },
    objective: ({ encoder, decoder }, { kept, asked, restore, attend }, key) => {
      const { hidden } = encodeBert(encoder, kept, config, key);
      const decoded = decodeRemoved(decoder, { hidden, restore, attend }, decoderConfig, key);
      const logits = predictTokens(
        { embeddings: encoder.embeddings, languageModel: decoder.languageModel },
        decoded,
        asked.targetPositions,
        decoderConfig,
      );
      const { loss, correct, count } = maskedCrossEntropy(logits, asked.targets, asked.weights);
      return { loss, parts: { correct, count } };
    },
    batchOf: (step) => {
      const plan = planOf(step);
      const padded = padEncodings(
        Array.from(plan.rows, (i) => corpus.train[i] as Encoding),
        { padId: special.pad, buckets: [plan.length] },
      );
      const ofStep = streams.fork(step);
      const slots = Math.ceil(rate * (plan.length - 2)) + 1;
      const { kept, targets } = removeTokens(padded, {
        rate,
        padId: special.pad,
        slots,
        randomOf: (row) => ofStep.fork(row),
      });
      const width = bucketOf(
        kept.shape[1],
        [0.25, 0.5, 0.75, 1].map((share) => Math.ceil(share * plan.length)),
      );
      const short = padColumns(kept, width, special.pad);
      // Where no kept token stands the decoder reads the column after the last one.
      const restore = kept.restore.map((column) => (column === kept.shape[1] ? width : column));
      const inputs = {
        kept: rowInputs(short),
        asked: askedInputs(targets),
        restore: ints(padded.shape, Int32Array.from(restore)),
        attend: bools(padded.shape, padded.attend),
      };
      return { inputs: inputs, tokens: countTokens(padded.attend) };
    },
  });
  const { encoder } = trained.parameters;
  return { encoder: { ...start, parameters: encoder, about: 'MAE pretrained here' }, trained };
}
