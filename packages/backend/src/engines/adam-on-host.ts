import { adamOperands } from '../expression/adam-operands.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import type { PrimitiveAttributes } from '../expression/primitives.ts';
import type { Tensor } from '../expression/tensor.ts';
import { type AdamLeaves, adamJob } from '../lowering/adam-kernel.ts';
import type { OverStretches } from '../lowering/kernel-work.ts';
import { momentShares } from '../lowering/moment-shares.ts';
import type { InPlaceAdam } from './in-place-adams.ts';
import type { KernelThreads } from './kernel-threads.ts';

/** What belongs to a step. */
interface AdamScalars {
  readonly rate: number;
  readonly beta1Power: number;
  readonly beta2Power: number;
}

/** AdamW on one parameter, in place; formula at `adamStep`. */
function adamOnHost(
  leaves: AdamLeaves,
  { rate, beta1Power, beta2Power }: AdamScalars,
  attributes: PrimitiveAttributes['adam'],
): OverStretches {
  const root = Math.sqrt(1 - beta2Power);
  return adamJob(leaves, {
    ...momentShares(attributes),
    kept: 1 - rate * attributes.decay,
    scale: (rate * root) / (1 - beta1Power),
    epsilon: root * attributes.epsilon,
  });
}

/**
 * Updates all parameters in place, on all threads.
 *
 * @param readOf values of a run's tensors @param leafOf those of a variable
 */
export function updateByAdams(
  adams: readonly InPlaceAdam[],
  readOf: (tensor: Tensor) => HostTensor,
  leafOf: (path: string) => HostTensor,
  threads: KernelThreads,
): void {
  const scalar = (tensor: Tensor) => readOf(tensor).values[0] as number;
  // The operation takes float32 only, and nothing here is in memory of SharedArrayBuffer.
  const floatsOf = ({ values }: HostTensor) => values as Float32Array<ArrayBuffer>;
  threads.run(
    adams.map(({ operation, paths }) => {
      const { gradient, rate, beta1Power, beta2Power } = adamOperands(operation.inputs);
      const leaves = {
        parameter: floatsOf(leafOf(paths.parameter)),
        mean: floatsOf(leafOf(paths.mean)),
        variance: floatsOf(leafOf(paths.variance)),
        gradient: floatsOf(readOf(gradient)),
      };
      const scalars = { rate: scalar(rate), beta1Power: scalar(beta1Power), beta2Power: scalar(beta2Power) };
      return adamOnHost(leaves, scalars, operation.attributes);
    }),
  );
}
