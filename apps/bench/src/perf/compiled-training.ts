import {
  compile,
  createVariables,
  type Engine,
  gradients,
  type HostTensor,
  type Key,
  type MapTree,
  type Placement,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { type AdamWStep, adamW, adamWStep, initialAdamW } from '@cloze/trainer';
import { ints } from '../host-tensors.ts';

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
  const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters) }, placement);
  const step = compile(variables, (state, batch: AdamWStep<Tensor> & { inputs: I; key: Tensor }) => {
    const current = state.parameters;
    const loss = lossOf(current, batch.inputs, rootKey(batch.key));
    const next = adamW({ parameters: current, gradients: gradients(loss, current), state: state.optimiser }, batch);
    return { outputs: { loss }, state: { parameters: next.parameters, optimiser: next.state } };
  });
  let number = 0;
  return {
    run: (inputs) => {
      number++;
      const batch = { inputs, key: ints([3], Int32Array.of(1, number, 0)), ...adamWStep(number, 1e-4) };
      return step(batch).then(({ loss }) => loss.values[0] as number);
    },
    dispose: () => variables.dispose(),
  };
}
