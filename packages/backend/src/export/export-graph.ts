import { anything, checkOptions, needed, whole } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import type { DType, HostTensor } from '../expression/host-tensors.ts';
import { isHostTensor } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Tensor } from '../expression/tensor.ts';
import { flattenTree, type MapTree, mapTree } from '../expression/tree.ts';
import { type OnnxGraph, onnxTypes } from '../onnx/onnx-model.ts';
import { input, variable } from '../operations/leaves.ts';
import { alignTraces, type Outputs } from './align-traces.ts';
import { type Extent, namedExtent, type Sizes, sizeNames } from './extents.ts';
import { graphWriter } from './graph-writer.ts';
import { openLowering } from './lower-open.ts';

/** What an exported function takes. */
export interface ExportSetting<N extends string = string> {
  /** Inputs in their order, each int64 `[batch, length]` in the file, and the type that the function takes them as. */
  readonly inputs: Readonly<Record<N, DType>>;
  /** Tokens of the longest row. */
  readonly longest: number;
}

/** Sizes at which a function is traced: their ratios are powers of no common number, and the longest row is longer. */
function sizesBelow(longest: number): readonly Sizes[] {
  if (longest < 5)
    throw new BackendError(
      `exportGraph: rows of at most ${longest} tokens are too short to leave the length open; at least 5 are needed.`,
    );
  const lengths = longest > 13 ? [7, 11, 13] : [longest - 3, longest - 2, longest - 1];
  const batches = [2, 3, 5];
  return lengths.map((length, i) => ({ length, batch: batches[i] as number }));
}

/**
 * A pure function of weights and token rows as an ONNX graph in which batch and length are open.
 *
 * The function is traced at three sizes; every shape is then a product of batch, length and a number, and what grows with the length (a mask
 * of the diagonal, say) is kept for the longest row and cut. Weights that no result needs are left out.
 *
 * @param weights a tree of host tensors @param run `(weights, inputs) → results by name`
 * @throws {BackendError} naming the operation that is another at other sizes, draws numbers, or cannot be written with open sizes
 */
export function exportGraph<S, N extends string>(
  weights: S,
  run: (weights: MapTree<S, Tensor>, inputs: Readonly<Record<N, Tensor>>) => Outputs,
  setting: ExportSetting<N>,
): OnnxGraph {
  checkOptions('exportGraph', setting, { inputs: needed(anything), longest: needed(whole(1)) });
  const { inputs, longest } = setting;
  const values = new Map(flattenTree(weights, isHostTensor));
  const leaves = mapTree(
    weights,
    ({ shape, dtype }: HostTensor, path) => variable(path, { shape, dtype }),
    isHostTensor,
  );
  const names = Object.keys(inputs) as N[];
  const trace = ({ batch, length }: Sizes): Outputs => {
    const fed = names.map((name) => [name, input(name, { shape: [batch, length], dtype: inputs[name] })] as const);
    return run(leaves, Object.fromEntries(fed) as Record<N, Tensor>);
  };
  const aligned = alignTraces(trace, sizesBelow(longest), longest);
  const results = Object.entries(aligned.outputs);
  const fed = new Map<string, Tensor>();
  for (const operation of reachable(results.map(([, tensor]) => tensor)))
    if (isA(operation, 'input')) fed.set(operation.attributes.path, operation.outputs[0] as Tensor);
  const taken = names.filter((name) => fed.has(name));
  const [first] = taken;
  if (first === undefined) throw new BackendError('exportGraph: no result depends on an input.');
  const writer = graphWriter(first);
  const cast = taken.map((name): [Tensor, string] => {
    const tensor = fed.get(name) as Tensor;
    return [tensor, writer.op('Cast', [name], { to: onnxTypes[tensor.dtype] })];
  });
  const nameOf = openLowering(writer, aligned, values, new Map(cast));
  const rows = [...sizeNames];
  return writer.finish(
    taken.map((name) => ({ name, dtype: 'int64', shape: rows })),
    results.map(([name, tensor]) => [
      { name, dtype: tensor.dtype, shape: (aligned.extents.get(tensor) as readonly Extent[]).map(namedExtent) },
      nameOf(tensor),
    ]),
  );
}
