import type { Engine, HostTensor, Placement, Tensor } from '@cloze/backend';
import { encodeBert, encoderConfig, initialParameters, maskedCrossEntropy, predictTokens } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import type { TargetInputs } from '../quick-start/models.ts';
import { type CompiledTraining, compiledTraining } from './compiled-training.ts';
import { randomTargets, vocabularySize, type Work } from './work.ts';

/** A masked-language-model training step on random tokens, dropout 0.1, and where its batches come from. */
export function mlmTraining(
  engine: Engine,
  work: Work,
  placement: Placement = {},
): { training: CompiledTraining<TargetInputs<Tensor>>; nextBatch: () => TargetInputs<HostTensor> } {
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const random = streamFrom(1);
  const training = compiledTraining(
    engine,
    initialParameters(config, random),
    (parameters, { targetPositions, targets, weights, ...inputs }: TargetInputs<Tensor>, key) => {
      const { hidden } = encodeBert(parameters, inputs, config, key);
      return maskedCrossEntropy(predictTokens(parameters, hidden, targetPositions, config), targets, weights).loss;
    },
    placement,
  );
  return { training, nextBatch: () => randomTargets(work, random) };
}
