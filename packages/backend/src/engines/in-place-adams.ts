import { isA, type Operation, type Tensor } from '../expression/tensor.ts';

/** An Adam operation whose operands and results are the same three variables, given by their paths: parameter, mean, variance. */
export interface InPlaceAdam {
  readonly operation: Operation<'adam'>;
  readonly paths: readonly [string, string, string];
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
    const [parameter, mean, variance] = operation.outputs.map((output, i) => {
      const path = pathOf(operation.inputs[i] as Tensor);
      return target.get(output) === path ? path : undefined;
    });
    return parameter === undefined || mean === undefined || variance === undefined
      ? []
      : [{ operation, paths: [parameter, mean, variance] as const }];
  });
}
