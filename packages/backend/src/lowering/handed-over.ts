import type { Operation, Tensor } from '../expression/tensor.ts';
import type { Handed } from './compiled-stretches.ts';
import type { Stretch } from './settle-stretch.ts';
import type { Unit } from './stretches.ts';

/**
 * What each stretch hands over in which precision: bfloat16 to products that take it so, full precision to everything else.
 *
 * @param takesLow whether an operation takes its operands in bfloat16
 */
export function handedOver(
  units: readonly Unit[],
  wanted: ReadonlySet<Tensor>,
  takesLow: (operation: Operation) => boolean,
): (stretch: Stretch) => Handed[] {
  const low = new Set<Tensor>();
  const full = new Set<Tensor>(wanted);
  for (const unit of units) {
    const [set, tensors] =
      unit.kind === 'alone'
        ? [takesLow(unit.operation) ? low : full, unit.operation.inputs]
        : [full, unit.kind === 'draw' ? unit.uniform.inputs : unit.inputs];
    for (const tensor of tensors) set.add(tensor);
  }
  return ({ outputs }) =>
    outputs.flatMap((tensor) => [
      ...(full.has(tensor) ? [{ tensor, low: false }] : []),
      ...(low.has(tensor) ? [{ tensor, low: true }] : []),
    ]);
}
