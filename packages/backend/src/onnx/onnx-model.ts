import { BackendError } from '../errors.ts';
import { ProtobufWriter } from './protobuf.ts';

/** Element types of ONNX that are used here, by their number in the format. */
export const onnxTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** An element type of ONNX. */
export type OnnxType = keyof typeof onnxTypes;

/** What a node is told besides its operands. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** One operation of a graph; values are names. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Default ONNX's own operations. */
  readonly domain: string;
}

/** A value that a graph takes or gives. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxType;
  /** An extent that is decided by what is fed has a name. */
  readonly shape: readonly (number | string)[];
}

/** A value that is part of the graph. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A graph as it is written to a model file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes of values in between that a reader could not work out, default none: fusions ask for them. */
  readonly between?: readonly OnnxValue[];
}

/** The set of operations that models are written in, and the version of the format that goes with it. */
export const opset = 18;
const irVersion = 9;

// Numbers of fields are those of onnx.proto.
function writeAttribute(to: ProtobufWriter, name: string, value: OnnxAttribute): void {
  to.text(1, name);
  if (typeof value === 'number') to.int(3, value).int(20, 2);
  else if (typeof value === 'string') to.text(4, value).int(20, 3);
  else if ('float' in value) to.float(2, value.float).int(20, 1);
  else {
    for (const one of value) to.int(8, one);
    to.int(20, 7);
  }
}

function writeNode(to: ProtobufWriter, { type, inputs, outputs, attributes, domain }: OnnxNode): void {
  for (const name of inputs) to.text(1, name);
  for (const name of outputs) to.text(2, name);
  to.text(4, type);
  for (const [name, value] of Object.entries(attributes)) to.message(5, (inner) => writeAttribute(inner, name, value));
  if (domain !== '') to.text(7, domain);
}

/** Where a constant lies beside the model. */
export interface OutsidePlace {
  /** Name of a file in the model's folder. */
  readonly location: string;
  /** Where it begins there, in bytes. */
  readonly offset: number;
}

function writeConstant(
  to: ProtobufWriter,
  { name, type, shape, bytes }: OnnxConstant,
  outside: OutsidePlace | undefined,
): void {
  for (const extent of shape) to.int(1, extent);
  to.int(2, onnxTypes[type]).text(8, name);
  if (!outside) {
    to.bytes(9, bytes);
    return;
  }
  for (const [key, value] of Object.entries({ ...outside, length: bytes.length }))
    to.message(13, (entry) => entry.text(1, key).text(2, String(value)));
  // EXTERNAL of the format's DataLocation.
  to.int(14, 1);
}

function writeValue(to: ProtobufWriter, { name, dtype, shape }: OnnxValue): void {
  const extents = (inner: ProtobufWriter) => {
    for (const extent of shape)
      inner.message(1, (dim) => (typeof extent === 'number' ? dim.int(1, extent) : dim.text(2, extent)));
  };
  to.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => tensor.int(1, onnxTypes[dtype]).message(2, extents)),
  );
}

/** Bytes of weights that a file holds: protobuf's own limit is 2³¹ − 1, and nodes and names take some. */
export const largestFile = 2 ** 31 - 2 ** 24;

/** Bytes of constants. */
export const heldBytes = (constants: readonly Pick<OnnxConstant, 'bytes'>[]): number =>
  constants.reduce((sum, { bytes }) => sum + bytes.length, 0);

/**
 * A graph as the bytes of a `.onnx` file. Source: onnx.proto of ONNX 1.14 (IR version 9).
 *
 * @param outside constants that lie beside it, default none
 * @throws {BackendError} for constants of 2 GB and more, which one file does not hold
 */
export function encodeOnnx(
  { nodes, constants, inputs, outputs, between = [] }: OnnxGraph,
  outside: ReadonlyMap<OnnxConstant, OutsidePlace> = new Map(),
): Uint8Array {
  const held = heldBytes(constants.filter((constant) => !outside.has(constant)));
  if (held > largestFile)
    throw new BackendError(
      `encodeOnnx: the weights are ${(held / 1e9).toFixed(1)} GB, and an ONNX file holds 2 GB at most; lay them beside it (onnxFiles, saveOnnx), or write a narrower type (float16, int8).`,
    );
  return new ProtobufWriter()
    .int(1, irVersion)
    .text(2, 'cloze')
    .message(7, (graph) => {
      for (const node of nodes) graph.message(1, (inner) => writeNode(inner, node));
      graph.text(2, 'cloze');
      for (const constant of constants)
        graph.message(5, (inner) => writeConstant(inner, constant, outside.get(constant)));
      for (const value of inputs) graph.message(11, (inner) => writeValue(inner, value));
      for (const value of outputs) graph.message(12, (inner) => writeValue(inner, value));
      for (const value of between) graph.message(13, (inner) => writeValue(inner, value));
    })
    .message(8, (set) => set.text(1, '').int(2, opset))
    .message(8, (set) => set.text(1, 'com.microsoft').int(2, 1))
    .finish();
}
