import type { Tensor } from '@cloze/backend';
import type { EncoderParameters } from '@cloze/encoder';
import { candidateIds, mask, type SimilarWords } from '@cloze/masking';
import {
  type AskedBatch,
  askedBatch,
  batchOrder,
  countTokens,
  type LoadedModel,
  languageModelObjective,
} from '@cloze/models';
import { streamFrom } from '@cloze/random';
import type { Objective } from '@cloze/regularisers';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import { type MaskSettings, policyOf } from './mask-settings.ts';
import type { Corpus } from './open-corpus.ts';
import { withWeights } from './open-start.ts';
import { type TrainingMeasures, type TrainingSettings, trainParameters } from './train-parameters.ts';

/** What is learnt from masked rows; the default is the cross-entropy of the targets. */
export type PretrainObjective = Objective<EncoderParameters<Tensor>, AskedBatch<Tensor>>;

/** How pretraining goes. */
export interface PretrainOptions extends TrainingSettings {
  readonly batch: number;
  readonly mask: MaskSettings;
  /** Lengths rows are padded to, ascending. */
  readonly buckets: readonly number[];
  /** Changes the objective: an added loss, another weighting. */
  readonly regularise?: (plain: PretrainObjective, model: LoadedModel) => PretrainObjective;
  /** For `replacement: 'similar'`. */
  readonly similar?: SimilarWords;
  /** Of the training's matrix products; default the lab's. */
  readonly matmulPrecision?: 'float32' | 'bfloat16';
}

/** Batches of a corpus: which rows, in which order, follow from (seed, epoch) alone. */
export const corpusOrder = (
  rows: readonly Encoding[],
  { batch, buckets, seed }: { readonly batch: number; readonly buckets: readonly number[]; readonly seed: number },
) =>
  batchOrder(
    rows.map(({ ids }) => ids.length),
    { batchSize: batch, buckets },
    seed,
  );

/**
 * Pretrains an encoder on a corpus: any masking, any family, any objective.
 *
 * Masks depend on (seed, step, row), the static split on the example alone.
 */
export async function pretrainEncoder(
  lab: Lab,
  start: LoadedModel,
  corpus: Corpus,
  { batch, mask: masking, buckets, regularise, similar, matmulPrecision, ...training }: PretrainOptions,
): Promise<{ readonly encoder: LoadedModel; readonly measures: TrainingMeasures }> {
  const policy = policyOf(start.visibility, masking, corpus);
  const { vocabulary } = corpus;
  const setting = {
    maskId: vocabulary.special.mask,
    candidates: candidateIds(vocabulary.tokens),
    ...(similar && { similar }),
  };
  const order = corpusOrder(corpus.train, { batch, buckets, seed: lab.seed });
  const streams = streamFrom(lab.seed).fork('masking');
  const examples = streamFrom(lab.seed).fork('split');
  const plain: PretrainObjective = languageModelObjective(start.family, start.config);
  const { parameters, measures } = await trainParameters(
    { ...lab, placement: { ...lab.placement, ...(matmulPrecision && { matmulPrecision }) } },
    {
      ...training,
      phase: 'pretrain',
      parameters: start.parameters,
      objective: regularise ? regularise(plain, start) : plain,
      batchOf: (step) => {
        const { rows, length } = order.of(step);
        const padded = padEncodings(
          Array.from(rows, (i) => corpus.train[i] as Encoding),
          { padId: start.padId, buckets: [length] },
        );
        const ofStep = streams.fork(step);
        const masked = mask(padded, policy, {
          ...setting,
          randomOf: (row) => ofStep.fork(row),
          exampleOf: (row) => examples.fork(rows[row] as number),
        });
        return { inputs: askedBatch(masked), tokens: countTokens(masked.attend) };
      },
    },
  );
  return { encoder: withWeights(lab, start, parameters), measures };
}
