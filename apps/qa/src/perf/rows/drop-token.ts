import { bools, type HostTensor, ints, mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { classify, encodeBert, encoderConfig, initialLinear, initialParameters } from '@cloze/encoder';
import { dropTokens } from '@cloze/masking';
import { integerBelow, streamFrom } from '@cloze/random';
import { compiledTraining } from '../compiled-training.ts';
import { ownSide } from '../own-side.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';
import { randomBatch, sizeName, vocabularySize } from '../work.ts';

const work = { layers: 12, width: 768, batch: 8, length: 128 };
const classes = 15;

interface Inputs<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
  readonly positionIds: T;
  readonly labels: T;
}

/** A fine-tuning step that drops a share of its tokens; choosing them is part of the work. */
async function fineTuning({ engine }: PerfContext, rate: number) {
  const random = streamFrom(1);
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const { languageModel: _unused, ...encoder } = initialParameters(config, random);
  const training = compiledTraining(
    engine,
    { encoder, classifier: initialLinear(work.width, classes, random) },
    ({ encoder: current, classifier }, { labels, ...inputs }: Inputs<Tensor>, key) => {
      const { hidden } = encodeBert(current, inputs, config, key);
      return mean(
        sparseCrossEntropy(classify(classifier, hidden, inputs.attend, { dropout: config.dropout, key }), labels),
      );
    },
  );
  const step = () => {
    const batch = randomBatch(work, random);
    const labels = Int32Array.from({ length: work.batch }, () => integerBelow(random, classes));
    return timed(() => {
      const kept = dropTokens(batch, { rate, padId: 0, randomOf: (row) => random.fork('drop', row) });
      return training.run({
        ids: ints(kept.shape, kept.ids),
        segments: ints(kept.shape, kept.segments),
        attend: bools(kept.shape, kept.attend),
        positionIds: ints(kept.shape, kept.positionIds),
        labels: ints([work.batch], labels),
      } satisfies Inputs<HostTensor>);
    });
  };
  return ownSide(
    rate === 0 ? 'without DropToken' : `DropToken ${rate}, choosing tokens included`,
    step,
    training.dispose,
  );
}

/** Fine-tuning with DropToken against the same batch whole. */
export const dropTokenRows: readonly Comparison[] = [
  { rate: 0.15, reach: 1.12 },
  { rate: 0.5, reach: 1.7 },
].map(({ rate, reach }) => ({
  row: `fine-tuning step ${sizeName(work)}, ${classes} classes, DropToken ${rate}`,
  warmup: 1,
  ours: (context: PerfContext) => fineTuning(context, rate),
  peers: [{ kind: 'ours' as const, reach, prepare: (context: PerfContext) => fineTuning(context, 0) }],
}));
