import type { Tensor } from '../expression/tensor.ts';
import type { OnnxAttribute, OnnxConstant, OnnxNode, OnnxType } from './onnx-model.ts';

/** Where a graph is recorded, node by node. */
export interface OnnxSink {
  /** Adds a node with one result; returns its name. @param domain default ONNX's own */
  op(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    domain?: string,
  ): string;
  /** Adds a constant; small ones that are equal are one. */
  constant(type: OnnxType, shape: readonly number[], values: ArrayBufferView & ArrayLike<number | bigint>): string;
  /** Whole numbers that say extents, axes or places: int64 `[count]`. */
  ints(values: readonly number[]): string;
  /** Numbers that are drawn outside the graph and fed. */
  drawn(tensor: Tensor): string;
}

/** Constants up to this many elements are compared with those that are there. */
const small = 16;

/** A sink that keeps what it is given. @param drawn the name under which a tensor's numbers are fed */
export function onnxRecording(drawn: (tensor: Tensor) => string): OnnxSink & {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
} {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const known = new Map<string, string>();
  const constant: OnnxSink['constant'] = (type, shape, values) => {
    const key =
      values.length <= small
        ? `${type} [${shape}] ${Array.from(values, (x) => (Object.is(x, -0) ? '-0' : String(x)))}`
        : undefined;
    const there = key === undefined ? undefined : known.get(key);
    if (there !== undefined) return there;
    const name = `c${constants.length}`;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    constants.push({ name, type, shape, bytes });
    if (key !== undefined) known.set(key, name);
    return name;
  };
  return {
    nodes,
    constants,
    drawn,
    constant,
    ints: (values) => constant('int64', [values.length], BigInt64Array.from(values, BigInt)),
    op: (type, inputs, attributes = {}, domain = '') => {
      const name = `t${nodes.length}`;
      nodes.push({ type, inputs, outputs: [name], attributes, domain });
      return name;
    },
  };
}
