import type { Engine, HostTensor, Placement, Tensor } from '@cloze/backend';
import { type EncoderConfig, encoderConfig, type FamilyName, initialParameters } from '@cloze/encoder';
import { type AskedBatch, languageModelObjective } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { type CompiledTraining, compiledTraining } from './compiled-training.ts';
import { randomTargets, vocabularySize, type Work } from './work.ts';

/** Another encoder than BERT. */
export interface PerfModel {
  readonly family: FamilyName;
  readonly own: Partial<EncoderConfig>;
}

/** A masked-language-model training step on random tokens, dropout 0.1 unless the model says otherwise, and where its batches come from. */
export function mlmTraining(
  engine: Engine,
  work: Work,
  placement: Placement = {},
  { family, own }: PerfModel = { family: 'bert', own: {} },
): { training: CompiledTraining<AskedBatch<Tensor>>; nextBatch: () => AskedBatch<HostTensor> } {
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers, ...own });
  const random = streamFrom(1);
  const objective = languageModelObjective(family, config);
  const training = compiledTraining(
    engine,
    initialParameters(config, random),
    (parameters, batch: AskedBatch<Tensor>, key) => objective(parameters, batch, key).loss,
    placement,
  );
  return { training, nextBatch: () => randomTargets(work, random) };
}
