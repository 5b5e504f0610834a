import { type AdamOperands, adamOperands } from '../expression/adam-operands.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';

/** An Adam operation that reads and writes the same three variables, given by their paths. */
export interface InPlaceAdam {
  readonly operation: Operation<'adam'>;
  readonly paths: Pick<AdamOperands<string>, 'parameter' | 'mean' | 'variance'>;
}

const pathOf = ({ operation }: Tensor): string | undefined =>
  isA(operation, 'variable') ? operation.attributes.path : undefined;

/** The Adam operations that TensorFlow's in-place kernel can run: results go back where operands come from, and nobody else reads them. */
export function inPlaceAdams(
  order: readonly Operation[],
  outputs: readonly Tensor[],
  updates: readonly (readonly [string, Tensor])[],
): InPlaceAdam[] {
  const target = new Map(updates.map(([path, tensor]) => [tensor, path]));
  const consumed = new Set([...order.flatMap((operation) => operation.inputs), ...outputs]);
  return order.flatMap((operation) => {
    if (!isA(operation, 'adam') || operation.outputs.some((result) => consumed.has(result))) return [];
    const { parameter, mean, variance } = adamOperands(operation.inputs.map(pathOf));
    if (parameter === undefined || mean === undefined || variance === undefined) return [];
    const goesBack = [parameter, mean, variance].every(
      (path, i) => target.get(operation.outputs[i] as Tensor) === path,
    );
    return goesBack ? [{ operation, paths: { parameter, mean, variance } }] : [];
  });
}
