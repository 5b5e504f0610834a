import { type Operation, sizeOf, type Tensor } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfGraph, TfOutput } from '../libtensorflow/types.ts';
import type { Stretch } from './settle-stretch.ts';
import { lowerToTensorflow } from './tensorflow-table.ts';

const trivial = new Set(['reshape', 'stopGradient', 'broadcastTo']);

/** From this many elements on a pass over memory costs more than calling a compiled function. */
const worthwhile = 1 << 16;

/** Whether compiling a stretch can pay: several passes over something large. */
export function worthCompiling({ operations, inputs, outputs }: Stretch): boolean {
  const work = operations.filter(({ primitive }) => !trivial.has(primitive.name));
  const largest = Math.max(...[...inputs, ...outputs].map(({ shape }) => sizeOf(shape)));
  return work.length >= 2 && largest >= worthwhile;
}

/** The body of a stretch as text: equal texts are one function. */
function signatureOf({ operations, inputs, outputs }: Stretch): string {
  const names = new Map<Tensor, string>();
  for (const [i, input] of inputs.entries()) names.set(input, `i${i}`);
  for (const [n, operation] of operations.entries())
    for (const [k, output] of operation.outputs.entries()) names.set(output, `o${n}.${k}`);
  const nameOf = (tensor: Tensor) =>
    names.get(tensor) ??
    `${tensor.operation.primitive.name}${JSON.stringify([tensor.operation.attributes, tensor.shape])}`;
  return [
    inputs.map(({ shape, dtype }) => `${dtype}[${shape}]`).join(),
    ...operations.map(
      ({ primitive, attributes, inputs: operands, outputs: [output] }) =>
        `${primitive.name}${JSON.stringify(attributes)}[${(output as Tensor).shape}](${operands.map(nameOf).join()})`,
    ),
    outputs.map(nameOf).join(),
  ].join(';');
}

const int = (sink: OpSink, value: number) => sink.constant([], 'int32', Int32Array.of(value));
const only = (outputs: readonly TfOutput[]) => outputs[0] as TfOutput;

/** Whether a column is a row's label, `[rows, columns]`: a comparison with a running number costs nothing inside a loop over columns. */
function isLabel(sink: OpSink, labels: TfOutput, columns: number): TfOutput {
  const numbers = only(sink.op('Range', [int(sink, 0), int(sink, columns), int(sink, 1)]));
  return only(sink.op('Equal', [only(sink.op('ExpandDims', [labels, int(sink, 1)])), numbers]));
}

/** What XLA would do badly the way TensorFlow's kernels do it. */
function lowerInside(sink: OpSink, inputs: readonly TfOutput[], operation: Operation): TfOutput[] {
  const zero = () => sink.constant([], 'float32', Float32Array.of(0));
  const [x, labels] = inputs as [TfOutput, TfOutput];
  if (operation.primitive.name === 'pickColumns') {
    const columns = (operation.inputs[0] as Tensor).shape[1] as number;
    const picked = only(sink.op('SelectV2', [isLabel(sink, labels, columns), x, zero()]));
    return sink.op('Sum', [picked, sink.constant([1], 'int32', Int32Array.of(1))], { keep_dims: { bool: false } });
  }
  if (operation.primitive.name === 'placeColumns') {
    const columns = (operation.outputs[0] as Tensor).shape[1] as number;
    const column = only(sink.op('ExpandDims', [x, int(sink, 1)]));
    return sink.op('SelectV2', [isLabel(sink, labels, columns), column, zero()]);
  }
  return lowerToTensorflow(sink, inputs, operation);
}

/** Records stretches as calls of functions that XLA compiles, equal ones of one function. */
export function compiledStretches(library: TensorflowLibrary, graph: TfGraph, sink: OpSink) {
  const known = new Map<string, string>();
  return (stretch: Stretch, values: ReadonlyMap<Tensor, TfOutput>): [Tensor, TfOutput][] => {
    const signature = signatureOf(stretch);
    let name = known.get(signature);
    if (name === undefined) {
      name = `stretch_${known.size}`;
      known.set(signature, name);
      const body = library.newGraph();
      const inner = new Map<Tensor, TfOutput>();
      const places = stretch.inputs.map((input, i) => {
        const place = body.placeholder(`input${i}`, input.dtype, input.shape);
        inner.set(input, place);
        return place;
      });
      const innerOf = (tensor: Tensor): TfOutput => {
        const value = inner.get(tensor);
        if (value) return value;
        const [made] = lowerToTensorflow(body, [], tensor.operation) as [TfOutput];
        inner.set(tensor, made);
        return made;
      };
      for (const operation of stretch.operations as readonly Operation[]) {
        const results = lowerInside(body, operation.inputs.map(innerOf), operation);
        for (const [i, output] of operation.outputs.entries()) inner.set(output, results[i] as TfOutput);
      }
      graph.define(name, body, places, stretch.outputs.map(innerOf));
      body.dispose();
    }
    const results = sink.op(
      name,
      stretch.inputs.map((input) => values.get(input) as TfOutput),
      { _XlaMustCompile: { bool: true } },
    );
    return stretch.outputs.map((output, i) => [output, results[i] as TfOutput]);
  };
}
