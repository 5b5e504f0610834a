import type { Tensor } from '@cloze/backend';

/** Operations that a tensor depends on. */
function beneath(roots: readonly Tensor[]): Set<Tensor['operation']> {
  const seen = new Set<Tensor['operation']>();
  const pending = roots.map(({ operation }) => operation);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    pending.push(...operation.inputs.map((input) => input.operation));
  }
  return seen;
}

/** Bytes of what the forward pass computes and the backward pass reads: what must be kept between the two. Weights, inputs, shapes and constants do not count. */
export function retainedBytes(loss: Tensor, slopes: readonly Tensor[]): number {
  const forward = beneath([loss]);
  // A reshape is another view of the same bytes.
  const bytesOf = (tensor: Tensor): Tensor => {
    const { primitive, inputs } = tensor.operation;
    return primitive.name === 'reshape' && inputs[0] ? bytesOf(inputs[0]) : tensor;
  };
  const kept = new Set<Tensor>();
  for (const operation of beneath(slopes)) {
    if (forward.has(operation)) continue;
    for (const input of operation.inputs) if (forward.has(input.operation)) kept.add(bytesOf(input));
  }
  let bytes = 0;
  for (const { shape, dtype, operation } of kept)
    if (operation.inputs.length > 0) bytes += (dtype === 'bool' ? 1 : 4) * shape.reduce((n, extent) => n * extent, 1);
  return bytes;
}
