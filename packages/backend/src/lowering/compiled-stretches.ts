import { sizeOf } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfGraph, TfOutput } from '../libtensorflow/types.ts';
import type { GraphValues } from './graph-values.ts';
import type { Stretch } from './settle-stretch.ts';
import { lowerToTensorflow } from './tensorflow-table.ts';

const trivial = new Set<PrimitiveName>(['reshape', 'stopGradient', 'broadcastTo']);

/** From this many elements on a pass over memory costs more than calling a compiled function. */
const worthwhile = 1 << 16;

/** Whether compiling a stretch can pay: several passes over something large. */
export function worthCompiling({ operations, inputs, outputs }: Stretch): boolean {
  const work = operations.filter(({ primitive }) => !trivial.has(primitive.name));
  const largest = [...inputs, ...outputs].reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 0);
  return work.length >= 2 && largest >= worthwhile;
}

/** In which precisions a stretch hands a tensor over. */
export interface Handed {
  readonly tensor: Tensor;
  readonly low: boolean;
}

/** Attributes as text; JSON alone has one null for NaN and both infinities, and no −0. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, entry) =>
    typeof entry === 'number' && (!Number.isFinite(entry) || Object.is(entry, -0)) ? `${1 / entry} ${entry}` : entry,
  );

/** The body of a stretch as text: equal texts are one function. */
function signatureOf({ operations }: Stretch, inputs: readonly Handed[], outputs: readonly Handed[]): string {
  const names = new Map<Tensor, string>();
  for (const [i, { tensor }] of inputs.entries()) names.set(tensor, `i${i}`);
  for (const [n, operation] of operations.entries())
    for (const [k, output] of operation.outputs.entries()) names.set(output, `o${n}.${k}`);
  const nameOf = (tensor: Tensor) =>
    names.get(tensor) ?? `${tensor.operation.primitive.name}${textOf([tensor.operation.attributes, tensor.shape])}`;
  return [
    inputs.map(({ tensor: { shape, dtype }, low }) => `${low ? 'low' : dtype}[${shape}]`).join(),
    ...operations.map(
      ({ primitive, attributes, inputs: operands, outputs: [output] }) =>
        `${primitive.name}${textOf(attributes)}[${(output as Tensor).shape}](${operands.map(nameOf).join()})`,
    ),
    outputs.map(({ tensor, low }) => `${nameOf(tensor)}${low ? ' low' : ''}`).join(),
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
  if (isA(operation, 'pickColumns')) {
    const columns = (operation.inputs[0] as Tensor).shape[1] as number;
    const picked = only(sink.op('SelectV2', [isLabel(sink, labels, columns), x, zero()]));
    return sink.op('Sum', [picked, sink.constant([1], 'int32', Int32Array.of(1))], { keep_dims: { bool: false } });
  }
  if ((isA(operation, 'maximum') || isA(operation, 'minimum')) && operation.outputs[0]?.dtype === 'float32') {
    // XLA's own takes the number where one operand is NaN: a NaN would be gone without a word.
    const wins = only(sink.op(isA(operation, 'maximum') ? 'GreaterEqual' : 'LessEqual', [x, labels]));
    const missing = only(sink.op('NotEqual', [x, x], { incompatible_shape_error: { bool: true } }));
    return sink.op('SelectV2', [only(sink.op('LogicalOr', [wins, missing])), x, labels]);
  }
  if (isA(operation, 'placeColumns')) {
    const columns = (operation.outputs[0] as Tensor).shape[1] as number;
    const column = only(sink.op('ExpandDims', [x, int(sink, 1)]));
    return sink.op('SelectV2', [isLabel(sink, labels, columns), column, zero()]);
  }
  return lowerToTensorflow(sink, inputs, operation);
}

/** Records stretches as calls of functions that XLA compiles, equal ones of one function. */
export function compiledStretches(library: TensorflowLibrary, graph: TfGraph, sink: OpSink) {
  const known = new Map<string, string>();
  const define = (name: string, stretch: Stretch, inputs: readonly Handed[], outputs: readonly Handed[]) => {
    const body = library.newGraph();
    const cast = (output: TfOutput, type: 'float32' | 'bfloat16') =>
      only(body.op('Cast', [output], { DstT: { type } }));
    const inner = new Map<Tensor, TfOutput>();
    const places = inputs.map(({ tensor, low }, i) => {
      const place = body.placeholder(`input${i}`, low ? 'bfloat16' : tensor.dtype, tensor.shape);
      inner.set(tensor, low ? cast(place, 'float32') : place);
      return place;
    });
    const innerOf = (tensor: Tensor): TfOutput => {
      const value = inner.get(tensor);
      if (value) return value;
      const [made] = lowerToTensorflow(body, [], tensor.operation) as [TfOutput];
      inner.set(tensor, made);
      return made;
    };
    for (const operation of stretch.operations) {
      const results = lowerInside(body, operation.inputs.map(innerOf), operation);
      for (const [i, output] of operation.outputs.entries()) inner.set(output, results[i] as TfOutput);
    }
    const results = outputs.map(({ tensor, low }) => (low ? cast(innerOf(tensor), 'bfloat16') : innerOf(tensor)));
    graph.define(name, body, places, results);
    body.dispose();
  };
  /** @param handed what later pieces take of the stretch, in which precisions */
  return (stretch: Stretch, values: GraphValues, handed: readonly Handed[]): void => {
    const inputs = stretch.inputs.map((tensor) => ({ tensor, low: values.onlyLow(tensor) }));
    const signature = signatureOf(stretch, inputs, handed);
    let name = known.get(signature);
    if (name === undefined) {
      name = `stretch_${known.size}`;
      known.set(signature, name);
      define(name, stretch, inputs, handed);
    }
    const results = sink.op(
      name,
      inputs.map(({ tensor, low }) => (low ? values.low(tensor) : values.of(tensor))),
      { _XlaMustCompile: { bool: true } },
    );
    for (const [i, { tensor, low }] of handed.entries()) values[low ? 'setLow' : 'set'](tensor, results[i] as TfOutput);
  };
}
