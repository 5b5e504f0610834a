import { BackendError } from '../errors.ts';
import { setAttribute } from './attributes.ts';
import type { Calls } from './calls.ts';
import type { Pointer } from './native.ts';
import type { TfFunction, TfGraph, TfOutput } from './types.ts';

/** @internal */
export interface GraphOutput {
  readonly oper: Pointer;
  readonly index: number;
}
/** @internal */
export const graphOutput = (output: TfOutput) => output as unknown as GraphOutput;

const graphs = new WeakMap<TfGraph, Pointer>();
const functions = new WeakMap<TfFunction, Pointer>();
/** @internal */
export const graphPointer = (graph: TfGraph): Pointer => graphs.get(graph) as Pointer;

/** An array of C's `TF_Output { TF_Operation*; int; }`, 16 bytes each. @internal */
export function packOutputs(outputs: readonly TfOutput[]): BigUint64Array {
  const packed = new BigUint64Array(outputs.length * 2);
  outputs.forEach((output, i) => {
    const { oper, index } = graphOutput(output);
    packed[2 * i] = oper;
    packed[2 * i + 1] = BigInt(index);
  });
  return packed;
}

/** @internal */
export function createGraph(calls: Calls): TfGraph {
  const { call, checked, native } = calls;
  const pointer = call('TF_NewGraph')();
  let nodes = 0;
  let live = true;
  const op: TfGraph['op'] = (name, inputs, attributes = {}, options = {}) => {
    if (!live) throw new BackendError('This graph has been disposed.');
    const node = call('TF_NewOperation')(pointer, name, options.name ?? `${name}_${nodes}`);
    nodes++;
    if (options.device) call('TF_SetDevice')(node, options.device);
    for (const input of inputs) {
      if (Array.isArray(input)) call('TF_AddInputList')(node, packOutputs(input), input.length);
      else call('TF_AddInput')(node, graphOutput(input as TfOutput));
    }
    for (const output of options.control ?? []) call('TF_AddControlInput')(node, graphOutput(output).oper);
    for (const [key, value] of Object.entries(attributes)) setAttribute(calls, 'graph', node, key, value);
    const oper = checked(`op ${name}`, (status) => call('TF_FinishOperation')(node, status));
    // An op without outputs still serves as a target or a control input.
    const length = Math.max(1, native.number('TF_OperationNumOutputs', oper));
    return Array.from({ length }, (_, index) => ({ oper, index }) as unknown as TfOutput);
  };
  const graph: TfGraph = {
    op,
    constant: (shape, dtype, values) =>
      op('Const', [], { dtype: { type: dtype }, value: { tensor: { shape, dtype, values } } })[0] as TfOutput,
    placeholder: (name, dtype, shape) =>
      op('Placeholder', [], { dtype: { type: dtype }, shape: { shape } }, { name })[0] as TfOutput,
    shapeOf: (output) => {
      const rank = checked('shape', (status) =>
        Number(call('TF_GraphGetTensorNumDims')(pointer, graphOutput(output), status)),
      );
      if (rank < 0) throw new BackendError('TensorFlow cannot infer the rank of this output.');
      const dims = new BigInt64Array(Math.max(rank, 1));
      checked('shape', (status) => call('TF_GraphGetTensorShape')(pointer, graphOutput(output), dims, rank, status));
      return Array.from(dims.subarray(0, rank), Number);
    },
    toFunction: (name, inputs, outputs) => {
      const made = checked(`function ${name}`, (status) =>
        call('TF_GraphToFunction')(
          pointer,
          name,
          0,
          -1,
          null,
          inputs.length,
          packOutputs(inputs),
          outputs.length,
          packOutputs(outputs),
          null,
          null,
          null,
          status,
        ),
      );
      const wrapped: TfFunction = {
        name,
        dispose: () => {
          if (functions.delete(wrapped)) call('TF_DeleteFunction')(made);
        },
      };
      functions.set(wrapped, made);
      return wrapped;
    },
    addFunction: (f) => {
      const made = functions.get(f);
      if (!made) throw new BackendError(`The function ${f.name} has been disposed.`);
      checked(`function ${f.name}`, (status) => call('TF_GraphCopyFunction')(pointer, made, null, status));
    },
    nodeCount: () => nodes,
    dispose: () => {
      if (live) call('TF_DeleteGraph')(pointer);
      live = false;
    },
  };
  graphs.set(graph, pointer);
  return graph;
}
