import {
  compile,
  createVariables,
  type Engine,
  gradients,
  type HostTensor,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import {
  type EncoderParameters,
  encoderConfig,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { integerBelow, streamFrom } from '@cloze/random';
import { type AdamWStep, adamW, adamWStep, initialAdamW } from '@cloze/trainer';
import { bools, floats, ints } from '../host-tensors.ts';
import { encodeWith, type TargetInputs } from '../quick-start/models.ts';

/** Sizes of the work that both sides do. */
export interface Work {
  readonly layers: number;
  readonly width: number;
  readonly batch: number;
  readonly length: number;
  readonly dropout: number;
}

/** Prepares one masked-language-model training step on random tokens; the function runs a step and returns its milliseconds. */
export function trainingStep(engine: Engine, { layers, width, batch, length, dropout }: Work): () => Promise<number> {
  const config = encoderConfig({ vocabularySize: 21128, width, layers, dropout, attentionDropout: dropout });
  const random = streamFrom(1);
  const parameters = initialParameters(config, random);
  const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters) });
  const step = compile(
    variables,
    (state, inputs: AdamWStep<Tensor> & { targets: TargetInputs<Tensor>; key: Tensor }) => {
      const current = state.parameters as EncoderParameters<Tensor>;
      const { targets } = inputs;
      const { hidden } = encodeWith('BERT', current, targets, config, dropout > 0 ? rootKey(inputs.key) : undefined);
      const { loss } = maskedCrossEntropy(
        predictTokens(current, hidden, targets.positions, config.normEpsilon),
        targets.targets,
        targets.weights,
      );
      const next = adamW(
        { parameters: current, gradients: gradients(loss, current), state: state.optimiser as never },
        inputs,
      );
      return { outputs: { loss }, state: { parameters: next.parameters, optimiser: next.state } as never };
    },
  );
  const slots = Math.round(length * 0.15);
  const tokens = (count: number) => Int32Array.from({ length: count }, () => integerBelow(random, 21128));
  let number = 0;
  return async () => {
    number++;
    const targets: TargetInputs<HostTensor> = {
      ids: ints([batch, length], tokens(batch * length)),
      segments: ints([batch, length], new Int32Array(batch * length)),
      attend: bools([batch, length], new Uint8Array(batch * length).fill(1)),
      positions: ints(
        [batch, slots],
        Int32Array.from({ length: batch * slots }, (_, i) => (i % slots) * 6),
      ),
      targets: ints([batch, slots], tokens(batch * slots)),
      weights: floats([batch, slots], new Float32Array(batch * slots).fill(1)),
    };
    const inputs = { targets, key: ints([3], Int32Array.of(1, number, 0)), ...adamWStep(number, 1e-4) };
    const started = performance.now();
    await step(inputs);
    return performance.now() - started;
  };
}
