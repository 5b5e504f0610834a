import { adamOperands } from '../expression/adam-operands.ts';
import type { Tensor } from '../expression/tensor.ts';
import type { OpSink, TfOutput } from '../libtensorflow/types.ts';
import type { GraphValues } from '../lowering/graph-values.ts';
import { adamEpsilon } from '../lowering/tensorflow-table.ts';
import type { GraphVariables } from './graph-variables.ts';
import type { InPlaceAdam } from './in-place-adams.ts';

const first = (outputs: readonly TfOutput[]): TfOutput => outputs[0] as TfOutput;

/**
 * Records Adam steps with TensorFlow's fused kernel, decay before each; scalars that steps share are recorded once.
 *
 * @param after what must have run before anything is written @returns what to run
 */
export function recordAdams(
  sink: OpSink,
  adams: readonly InPlaceAdam[],
  values: GraphValues,
  { handle, recordAssign }: Pick<GraphVariables, 'handle' | 'recordAssign'>,
  after: readonly TfOutput[],
): TfOutput[] {
  const shared = new Map<string, TfOutput>();
  const once = (name: string, from: Tensor, make: () => TfOutput): TfOutput => {
    const key = `${name} ${from.operation.id}`;
    const made = shared.get(key) ?? make();
    shared.set(key, made);
    return made;
  };
  const scalar = (value: number) => sink.constant([], 'float32', Float32Array.of(value));
  return adams.map(({ operation, paths }) => {
    const operands = adamOperands(operation.inputs);
    const { beta1, beta2, epsilon, decay } = operation.attributes;
    const gradient = values.of(operands.gradient);
    const rate = values.of(operands.rate);
    const beta2Power = values.of(operands.beta2Power);
    let control = after;
    if (decay !== 0) {
      const kept = once(`1 − rate · ${decay}`, operands.rate, () =>
        first(sink.op('Sub', [scalar(1), first(sink.op('Mul', [rate, scalar(decay)]))])),
      );
      const decayed = first(sink.op('Mul', [values.of(operands.parameter), kept]));
      control = [recordAssign(paths.parameter, decayed, after)];
    }
    const epsilonHat = once(`ε̂ of ${epsilon}`, operands.beta2Power, () => adamEpsilon(sink, epsilon, beta2Power));
    const inputs = [
      handle(paths.parameter),
      handle(paths.mean),
      handle(paths.variance),
      values.of(operands.beta1Power),
      beta2Power,
      rate,
      scalar(beta1),
      scalar(beta2),
      epsilonHat,
      gradient,
    ];
    return first(sink.op('ResourceApplyAdam', inputs, {}, { control }));
  });
}
