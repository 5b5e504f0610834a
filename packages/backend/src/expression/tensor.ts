import { BackendError } from '../errors.ts';

/** Element types a tensor can have. */
export type DType = 'float32' | 'int32' | 'bool';

/** What ends a tree: anything with a shape. */
export interface Leaf {
  readonly shape: readonly number[];
}

/** Shape and element type of a tensor, known before anything runs. */
export interface TensorSpec extends Leaf {
  readonly dtype: DType;
}

/** Values in JavaScript's memory, row-major: plain data that any package can make or read. */
export interface HostTensor extends TensorSpec {
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** What an operation does, by name: shapes, derivative; how engines do it stands in `lowering/`. */
export interface Primitive {
  readonly name: string;
  /** Cotangents of the inputs; `undefined` where an input has none (integers, keys). */
  readonly differentiate?: (
    operation: Operation,
    cotangents: readonly (Tensor | undefined)[],
  ) => readonly (Tensor | undefined)[];
}

/** One node of an expression. */
export interface Operation {
  readonly id: number;
  readonly primitive: Primitive;
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Tensor[];
}

const refuse = (what: string): never => {
  throw new BackendError(
    `A tensor was ${what} while a function is being traced: it has a shape but no value yet. ` +
      'Return it from the function and read the result, or choose with where().',
  );
};

/**
 * A node's output: shape and type, no value. Tensors are immutable descriptions of a computation; nothing runs until
 * `evaluate` or a compiled function asks, so there is nothing to dispose and any expression can be differentiated again.
 */
export class Tensor implements TensorSpec {
  readonly operation: Operation;
  readonly index: number;
  readonly shape: readonly number[];
  readonly dtype: DType;

  /** @internal */
  constructor(operation: Operation, index: number, spec: TensorSpec) {
    this.operation = operation;
    this.index = index;
    this.shape = spec.shape;
    this.dtype = spec.dtype;
  }

  [Symbol.toPrimitive](): never {
    return refuse('read as a number or string');
  }

  [Symbol.iterator](): never {
    return refuse('iterated');
  }

  toJSON(): never {
    return refuse('written as JSON');
  }
}

/** Whether a leaf is a tensor of an expression. */
export const isTensor = (leaf: Leaf): leaf is Tensor => leaf instanceof Tensor;

/** Whether a leaf has its values in JavaScript's memory. */
export const isHostTensor = (leaf: Leaf): leaf is HostTensor =>
  !isTensor(leaf) && 'dtype' in leaf && 'values' in leaf && ArrayBuffer.isView(leaf.values);

// Where values are looked for out of habit. Not in the type: a tensor must not pass for a host tensor.
for (const name of ['values', 'data', 'dataSync', 'array', 'arraySync'])
  Object.defineProperty(Tensor.prototype, name, { get: () => refuse(`asked for '${name}'`) });

let created = 0;

/** Adds a node; ids grow, so ascending ids are always a valid order of evaluation. */
export function record(
  primitive: Primitive,
  inputs: readonly Tensor[],
  specs: readonly TensorSpec[],
  attributes: Readonly<Record<string, unknown>> = {},
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const operation: Operation = { id: created++, primitive, inputs, attributes, outputs };
  for (const [index, spec] of specs.entries()) outputs.push(new Tensor(operation, index, spec));
  return outputs;
}

/** `record` for the many primitives with one output. */
export function recordOne(
  primitive: Primitive,
  inputs: readonly Tensor[],
  spec: TensorSpec,
  attributes: Readonly<Record<string, unknown>> = {},
): Tensor {
  return record(primitive, inputs, [spec], attributes)[0] as Tensor;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
