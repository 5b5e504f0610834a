import { bools, type HostTensor, ints, type Tensor } from '@cloze/backend';
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
import { type AskedBatch, askedBatch, countTokens, type LoadedModel, type ModelBatch, modelBatch } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import type { Corpus } from './open-corpus.ts';
import { withWeights } from './open-start.ts';
import { corpusOrder } from './pretrain-encoder.ts';
import { type TrainingMeasures, type TrainingSettings, trainParameters } from './train-parameters.ts';

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
  readonly kept: ModelBatch<T>;
  /** What the decoder is asked, at the places of the whole row. */
  readonly asked: AskedBatch<T>;
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
  start: LoadedModel,
  corpus: Corpus,
  { batch, buckets, rate, decoder: sizes, ...training }: MaeOptions,
): Promise<{ readonly encoder: LoadedModel; readonly measures: TrainingMeasures }> {
  const { config, padId } = start;
  const decoderConfig = encoderConfig({
    ...config,
    ...sizes,
    embeddingWidth: sizes.width,
    feedForwardWidth: 4 * sizes.width,
  });
  const order = corpusOrder(corpus.train, { batch, buckets, seed: lab.seed });
  const streams = streamFrom(lab.seed).fork('removal');
  const { parameters, measures } = await trainParameters<MaeParameters<HostTensor>, MaeInputs<Tensor>>(lab, {
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
      const plan = order.of(step);
      const padded = padEncodings(
        Array.from(plan.rows, (i) => corpus.train[i] as Encoding),
        { padId, buckets: [plan.length] },
      );
      const ofStep = streams.fork(step);
      const slots = Math.ceil(rate * (plan.length - 2)) + 1;
      const { kept, targets } = removeTokens(padded, {
        rate,
        padId,
        buckets: [0.25, 0.5, 0.75, 1].map((share) => Math.ceil(share * plan.length)),
        slots,
        randomOf: (row) => ofStep.fork(row),
      });
      const inputs = {
        kept: modelBatch(kept),
        asked: askedBatch(targets),
        // Where no kept token stands the decoder reads the column after the last one.
        restore: ints(padded.shape, kept.restore),
        attend: bools(padded.shape, padded.attend),
      };
      return { inputs, tokens: countTokens(padded.attend) };
    },
  });
  return { encoder: withWeights(lab, start, parameters.encoder), measures };
}
