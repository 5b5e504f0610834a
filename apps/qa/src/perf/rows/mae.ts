import { bools, type HostTensor, ints, type Tensor } from '@cloze/backend';
import {
  decodeRemoved,
  encodeBert,
  encoderConfig,
  initialMaeDecoder,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { type KeptBatch, type MaskableBatch, maskBatch, removeTokens } from '@cloze/masking';
import { type AskedBatch, askedBatch } from '@cloze/models';
import { type RandomStream, streamFrom } from '@cloze/random';
import { compiledTraining } from '../compiled-training.ts';
import { mlmSide } from '../mlm-side.ts';
import { ownSide } from '../own-side.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';
import { randomBatch, sizeName, slotsOf, vocabularySize, type Work } from '../work.ts';

const work = { layers: 12, width: 768, batch: 16, length: 128 };
const decoderSizes = { width: 384, layers: 1 };
/** Tokens removed a row: 75 % of all but [CLS] and [SEP]. */
const removedOf = ({ length }: Work) => Math.round(0.75 * (length - 2));

interface Inputs<T> {
  readonly kept: { readonly ids: T; readonly segments: T; readonly attend: T; readonly positionIds: T };
  readonly restore: T;
  readonly targets: Pick<AskedBatch<T>, 'attend' | 'targetPositions' | 'targets' | 'weights'>;
}

/** `slots` removed tokens of every row, chosen at random, as targets. */
function removedTargets(batch: MaskableBatch, { shape, restore }: KeptBatch, slots: number, random: RandomStream) {
  const maskable = Uint8Array.from(batch.maskable, (real, at) => (real && restore[at] === shape[1] ? 1 : 0));
  return maskBatch(
    { ...batch, maskable },
    {
      rate: slots / removedOf(work),
      slots,
      replacement: { mask: 0, random: 0, keep: 1 },
      maskId: 103,
      candidates: { from: 0, to: vocabularySize },
      randomOf: (row) => random.fork('targets', row),
    },
  );
}

/** MAE: the encoder sees a quarter of the tokens, the decoder predicts removed ones, `slots` a row. */
async function mae({ engine }: PerfContext, slots: number) {
  const random = streamFrom(1);
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const decoding = encoderConfig({ vocabularySize, ...decoderSizes });
  const { languageModel: _unused, ...encoder } = initialParameters(config, random);
  const training = compiledTraining(
    engine,
    { encoder, decoder: initialMaeDecoder(config, decoding, random) },
    (parameters, { kept, restore, targets }: Inputs<Tensor>, key) => {
      const { hidden } = encodeBert(parameters.encoder, kept, config, key);
      const decoded = decodeRemoved(parameters.decoder, { hidden, restore, attend: targets.attend }, decoding, key);
      const head = { embeddings: parameters.encoder.embeddings, languageModel: parameters.decoder.languageModel };
      return maskedCrossEntropy(
        predictTokens(head, decoded, targets.targetPositions, decoding),
        targets.targets,
        targets.weights,
      ).loss;
    },
  );
  const step = () => {
    const batch = randomBatch(work, random);
    return timed(() => {
      const { kept } = removeTokens(batch, { padId: 0, randomOf: (row) => random.fork('remove', row) });
      const { attend, targetPositions, targets, weights } = askedBatch(removedTargets(batch, kept, slots, random));
      return training.run({
        kept: {
          ids: ints(kept.shape, kept.ids),
          segments: ints(kept.shape, kept.segments),
          attend: bools(kept.shape, kept.attend),
          positionIds: ints(kept.shape, kept.positionIds),
        },
        restore: ints(batch.shape, kept.restore),
        targets: { attend, targetPositions, targets, weights },
      } satisfies Inputs<HostTensor>);
    });
  };
  return ownSide(`MAE, ${slots} targets a row, choosing them included`, step, training.dispose);
}

const mlm = (context: PerfContext) => mlmSide(context, work, `MLM, ${slotsOf(work)} targets a row`);

/** MAE's training step against a masked-language-model step on the same batch. */
export const maeRows: readonly Comparison[] = [slotsOf(work), removedOf(work)].map((slots) => ({
  row: `MAE train step ${sizeName(work)}, 75 % removed, decoder (${decoderSizes.layers},${decoderSizes.width}), ${slots} of ${removedOf(work)} removed tokens predicted`,
  warmup: 1,
  ours: (context: PerfContext) => mae(context, slots),
  peers: [{ kind: 'ours' as const, reach: 3, prepare: mlm }],
}));
