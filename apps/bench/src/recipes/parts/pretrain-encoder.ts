import type { Tensor } from '@cloze/backend';
import { type BatchPlan, bucketedBatches } from '@cloze/datasets';
import { type EncoderParameters, encode, maskedCrossEntropy, predictTokens, visibilityOf } from '@cloze/encoder';
import { candidateIds, mask, type SimilarWords } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import type { Objective } from '@cloze/regularisers';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import { type MaskSettings, policyOf } from './mask-settings.ts';
import type { Corpus } from './open-corpus.ts';
import type { StartEncoder } from './start-encoder.ts';
import { type AskedInputs, askedInputs, countTokens } from './token-inputs.ts';
import { type Trained, type TrainingSettings, trainParameters } from './train-parameters.ts';

/** What is learnt from masked rows; the default is the cross-entropy of the targets. */
export type PretrainObjective = Objective<EncoderParameters<Tensor>, AskedInputs<Tensor>>;

/** How pretraining goes. */
export interface PretrainOptions extends TrainingSettings {
  readonly batch: number;
  readonly mask: MaskSettings;
  /** Lengths rows are padded to, ascending. */
  readonly buckets: readonly number[];
  readonly phase?: string;
  /** Changes the objective: an added loss, another weighting. */
  readonly regularise?: (plain: PretrainObjective, encoder: StartEncoder) => PretrainObjective;
  /** For `replacement: 'similar'`. */
  readonly similar?: SimilarWords;
}

/** The cross-entropy of the targets. */
export function languageModelObjective({ family, config }: StartEncoder): PretrainObjective {
  return (parameters, { targetPositions, targets, weights, ...rows }, key) => {
    const { hidden } = encode(family, parameters, rows, config, key);
    const { loss, correct, count } = maskedCrossEntropy(
      predictTokens(parameters, hidden, targetPositions, config),
      targets,
      weights,
    );
    return { loss, parts: { correct, count } };
  };
}

/** Batches of a corpus by step: which rows, in which order, follow from (seed, epoch) alone. */
export function corpusBatches(
  rows: readonly Encoding[],
  { batch, buckets, seed }: { readonly batch: number; readonly buckets: readonly number[]; readonly seed: number },
): (step: number) => BatchPlan {
  const lengths = rows.map(({ ids }) => ids.length);
  let [epoch, plans]: [number, BatchPlan[]] = [-1, []];
  const plansOf = (wanted: number) => {
    if (wanted !== epoch) {
      plans = bucketedBatches(lengths, { rows: batch, buckets, random: streamFrom(seed).fork('order', wanted) });
      epoch = wanted;
    }
    return plans;
  };
  const perEpoch = plansOf(0).length;
  return (step) => plansOf(Math.floor((step - 1) / perEpoch))[(step - 1) % perEpoch] as BatchPlan;
}

/**
 * Pretrains an encoder on a corpus: any masking, any family, any objective.
 *
 * Masks depend on (seed, step, row), the static split on the example alone.
 */
export async function pretrainEncoder(
  lab: Lab,
  start: StartEncoder,
  corpus: Corpus,
  { batch, mask: masking, buckets, phase = 'pretrain', regularise, similar, ...training }: PretrainOptions,
): Promise<{ readonly encoder: StartEncoder; readonly trained: Trained<unknown> }> {
  const policy = policyOf(visibilityOf(start.family, start.config), masking, corpus);
  const { vocabulary } = corpus;
  const setting = {
    maskId: vocabulary.special.mask,
    candidates: candidateIds(vocabulary.tokens),
    ...(similar && { similar }),
  };
  const planOf = corpusBatches(corpus.train, { batch, buckets, seed: lab.seed });
  const streams = streamFrom(lab.seed).fork('masking');
  const examples = streamFrom(lab.seed).fork('split');
  const plain = languageModelObjective(start);
  const trained = await trainParameters(lab, {
    ...training,
    phase,
    parameters: start.parameters,
    objective: regularise ? regularise(plain, start) : plain,
    batchOf: (step) => {
      const { rows, length } = planOf(step);
      const padded = padEncodings(
        Array.from(rows, (i) => corpus.train[i] as Encoding),
        { padId: start.special.pad, buckets: [length] },
      );
      const ofStep = streams.fork(step);
      const masked = mask(padded, policy, {
        ...setting,
        randomOf: (row) => ofStep.fork(row),
        exampleOf: (row) => examples.fork(rows[row] as number),
      });
      return { inputs: askedInputs(masked), tokens: countTokens(masked.attend) };
    },
  });
  return { encoder: { ...start, parameters: trained.parameters, about: `${phase}ed here` }, trained };
}
