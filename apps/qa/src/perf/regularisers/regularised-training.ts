import { constant, type HostTensor, ints, mapTree } from '@cloze/backend';
import { encoderConfig, initialLinear, initialParameters } from '@cloze/encoder';
import { integerBelow, streamFrom } from '@cloze/random';
import { compiledTraining } from '../compiled-training.ts';
import { ownSide } from '../own-side.ts';
import type { PerfContext, Side } from '../row.ts';
import { timed } from '../timed.ts';
import { randomRows, vocabularySize, type Work } from '../work.ts';
import type { ClassifierBatch, ClassifierParameters } from './bert-classifier.ts';
import { regularisedObjectives } from './objectives.ts';

const classes = 15;

/** Our side: a compiled fine-tuning step under a regulariser, on random rows. */
export async function regularisedTraining({ engine }: PerfContext, work: Work, name: string): Promise<Side> {
  const random = streamFrom(1);
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const { languageModel: _unused, ...encoder } = initialParameters(config, random);
  const start: ClassifierParameters<HostTensor> = { encoder, classifier: initialLinear(work.width, classes, random) };
  const training = compiledTraining(engine, start, (parameters, batch: ClassifierBatch, key) => {
    const pretrained = mapTree(start, ({ values, shape }: HostTensor) => constant(values, shape));
    const objective = regularisedObjectives(config, pretrained)[name];
    if (!objective) throw new RangeError(`there is no regulariser '${name}'.`);
    return objective(parameters, batch, key).loss;
  });
  const step = () => {
    const labels = Int32Array.from({ length: work.batch }, () => integerBelow(random, classes));
    const batch = {
      ...randomRows(work, random),
      labels: ints([work.batch], labels),
      unlabelled: randomRows(work, random),
    };
    return timed(() => training.run(batch));
  };
  return ownSide(`compiled step, ${name}`, step, training.dispose);
}
