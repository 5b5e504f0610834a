import { BackendError } from '../errors.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import type { OnnxConstant, OnnxGraph, OnnxValue } from '../onnx/onnx-model.ts';
import { type OnnxSink, onnxRecording } from '../onnx/onnx-sink.ts';
import { type Extent, isFixed } from './extents.ts';

/** A sink that gives equal nodes one name, and knows the extents that are decided by what is fed. */
export interface GraphWriter extends OnnxSink {
  /** Values as part of the graph, under a name of their own. Equal ones are one. */
  stored(name: string, value: HostTensor): string;
  /** An extent as int64 `[1]`. */
  extent(extent: Extent): string;
  /** Says the shape of a value that a reader of the file could not work out. */
  describe(value: OnnxValue): void;
  /** The graph with these results. @param outputs what each is called, and where it is */
  finish(inputs: readonly OnnxValue[], outputs: readonly (readonly [value: OnnxValue, from: string])[]): OnnxGraph;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** @param sizesFrom the input of shape `[batch, length]` that extents are read from */
export function graphWriter(sizesFrom: string): GraphWriter {
  const sink = onnxRecording((tensor) => {
    throw new BackendError(`exportGraph: '${tensor.operation.primitive.name}' draws numbers, which no file does.`);
  });
  const known = new Map<string, string>();
  const op: OnnxSink['op'] = (type, inputs, attributes = {}, domain = '') => {
    const key = JSON.stringify([type, inputs, attributes, domain]);
    const name = known.get(key) ?? sink.op(type, inputs, attributes, domain);
    known.set(key, name);
    return name;
  };
  const own: OnnxConstant[] = [];
  const between = new Map<string, OnnxValue>();
  return {
    op,
    constant: sink.constant,
    ints: sink.ints,
    drawn: sink.drawn,
    stored: (name, { dtype, shape, values }) => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const there = own.find(
        (one) => one.type === dtype && one.shape.join() === shape.join() && sameBytes(one.bytes, bytes),
      );
      if (!there) own.push({ name, type: dtype, shape, bytes });
      return there?.name ?? name;
    },
    extent: (extent) => {
      if (isFixed(extent)) return sink.ints([extent.factor]);
      const shape = op('Shape', [sizesFrom]);
      const factors = extent.powers.flatMap((power, axis) =>
        Array.from({ length: power }, () => op('Gather', [shape, sink.ints([axis])])),
      );
      if (extent.factor !== 1) factors.push(sink.ints([extent.factor]));
      return factors.reduce((product, factor) => op('Mul', [product, factor]));
    },
    describe: (value) => void between.set(value.name, value),
    finish: (inputs, outputs) => ({
      between: [...between.values()],
      nodes: [
        ...sink.nodes,
        ...outputs.map(([{ name }, from]) => ({
          type: 'Identity',
          inputs: [from],
          outputs: [name],
          attributes: {},
          domain: '',
        })),
      ],
      constants: [...own, ...sink.constants],
      inputs,
      outputs: outputs.map(([value]) => value),
    }),
  };
}
