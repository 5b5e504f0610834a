import type { Tensor } from '../expression/tensor.ts';
import type { OpSink, TfOutput } from '../libtensorflow/types.ts';
import type { GraphValues } from '../lowering/graph-values.ts';
import { adamEpsilon } from '../lowering/tensorflow-table.ts';
import type { InPlaceAdam } from './in-place-adams.ts';

/** How the variables of a graph are named, written, and when. */
export interface VariableAccess {
  readonly handle: (path: string) => TfOutput;
  readonly assign: (path: string, value: TfOutput) => TfOutput;
  /** What must have run before anything is written. */
  readonly after: readonly TfOutput[];
}

const first = (outputs: readonly TfOutput[]): TfOutput => outputs[0] as TfOutput;

/** Records Adam steps with TensorFlow's fused kernel, decay before each; scalars that steps share are recorded once. Returns what to run. */
export function recordAdams(
  sink: OpSink,
  adams: readonly InPlaceAdam[],
  values: GraphValues,
  { handle, assign, after }: VariableAccess,
): TfOutput[] {
  const shared = new Map<string, TfOutput>();
  const once = (key: string, make: () => TfOutput): TfOutput => {
    const made = shared.get(key) ?? make();
    shared.set(key, made);
    return made;
  };
  const scalar = (value: number) => sink.constant([], 'float32', Float32Array.of(value));
  return adams.map(({ operation, paths }) => {
    const [p, , , gradient, rate, power1, power2] = operation.inputs.map((tensor) => values.of(tensor)) as [
      ...[TfOutput, TfOutput, TfOutput, TfOutput],
      ...[TfOutput, TfOutput, TfOutput],
    ];
    const { beta1, beta2, epsilon, decay } = operation.attributes;
    const idOf = (i: number) => (operation.inputs[i] as Tensor).operation.id;
    const [parameter, mean, variance] = paths.map(handle) as [TfOutput, TfOutput, TfOutput];
    let control = after;
    if (decay !== 0) {
      const keep = once(`keep ${decay} ${idOf(4)}`, () =>
        first(sink.op('Sub', [scalar(1), first(sink.op('Mul', [rate, scalar(decay)]))])),
      );
      control = [assign(paths[0], first(sink.op('Mul', [p, keep])))];
    }
    const hat = once(`epsilon ${epsilon} ${idOf(6)}`, () => adamEpsilon(sink, epsilon, power2));
    const operands = [parameter, mean, variance, power1, power2, rate, scalar(beta1), scalar(beta2), hat, gradient];
    return first(sink.op('ResourceApplyAdam', operands, {}, { control }));
  });
}
