import type { Operation, Tensor } from '../expression/tensor.ts';

/** An Adam operation whose operands and results are the same three variables, given by their paths: parameter, mean, variance. */
export interface InPlaceAdam {
  readonly operation: Operation;
  readonly paths: readonly [string, string, string];
}

const pathOf = (tensor: Tensor | undefined): string | undefined =>
  tensor?.operation.primitive.name === 'variable' ? (tensor.operation.attributes.path as string) : undefined;

/** The Adam operations that TensorFlow's in-place kernel can run: results go back where operands come from, and nobody else reads them. */
export function inPlaceAdams(
  order: readonly Operation[],
  outputs: readonly Tensor[],
  updates: readonly (readonly [string, Tensor])[],
): InPlaceAdam[] {
  const target = new Map(updates.map(([path, tensor]) => [tensor, path]));
  const consumed = new Set([...order.flatMap((operation) => operation.inputs), ...outputs]);
  return order.flatMap((operation) => {
    if (operation.primitive.name !== 'adam' || operation.outputs.some((result) => consumed.has(result))) return [];
    const paths = operation.outputs.map((output, i) => {
      const path = pathOf(operation.inputs[i]);
      return path !== undefined && target.get(output) === path ? path : undefined;
    });
    return paths.every((path) => path !== undefined)
      ? [{ operation, paths: paths as never as InPlaceAdam['paths'] }]
      : [];
  });
}
