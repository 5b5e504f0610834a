import type { Engine, HostTensor, Key, MapTree, Placement, Tensor } from '@cloze/backend';
import { adamW, trainingStep, trainingVariables } from '@cloze/trainer';

/** A training step that can be timed. */
export interface CompiledTraining<I> {
  /** One update: forward, backward, AdamW, the loss read. Traces before it returns, the first time. */
  readonly run: (inputs: MapTree<I, HostTensor>) => Promise<number>;
  readonly dispose: () => void;
}

/** Compiles forward, backward and AdamW of a loss over parameters into one step. `lossOf` gets a key for dropout of this step. */
export function compiledTraining<P, I>(
  engine: Engine,
  parameters: P,
  lossOf: (parameters: MapTree<P, Tensor>, inputs: I, key: Key) => Tensor,
  placement: Placement = {},
): CompiledTraining<I> {
  const optimiser = adamW({ learningRate: 1e-4 });
  const variables = trainingVariables(engine, { parameters, optimiser, placement });
  const objective = (current: MapTree<P, Tensor>, inputs: I, key: Key) => ({
    loss: lossOf(current, inputs, key),
  });
  const step = trainingStep({ variables, objective, optimiser, seed: 1 });
  let number = 0;
  return {
    run: async (inputs) => {
      number++;
      return (await step(number, inputs)).loss;
    },
    dispose: () => variables.dispose(),
  };
}
