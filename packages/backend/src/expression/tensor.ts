import { BackendError } from '../errors.ts';
import type { DType, Leaf, TensorSpec } from './host-tensors.ts';
import type { PlainName, PrimitiveAttributes, PrimitiveName } from './primitives.ts';

/** What an operation does, by name: shapes, derivative; how engines do it stands in `lowering/`. */
export interface Primitive<P extends PrimitiveName = PrimitiveName> {
  readonly name: P;
  /** Cotangents of the inputs; `undefined` where an input has none (integers, keys). */
  differentiate?(operation: Operation<P>, cotangents: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[];
}

/** One node of an expression. */
export interface Operation<P extends PrimitiveName = PrimitiveName> {
  readonly id: number;
  readonly primitive: Primitive<P>;
  readonly inputs: readonly Tensor[];
  readonly attributes: PrimitiveAttributes[P];
  readonly outputs: readonly Tensor[];
}

/** Whether an operation is of one primitive, whose attributes it then has. */
export const isA = <P extends PrimitiveName>(operation: Operation, name: P): operation is Operation<P> =>
  operation.primitive.name === name;

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

// Where values are looked for out of habit. Not in the type: a tensor must not pass for a host tensor.
for (const name of ['values', 'data', 'dataSync', 'array', 'arraySync'])
  Object.defineProperty(Tensor.prototype, name, { get: () => refuse(`asked for '${name}'`) });

let created = 0;
/** The id that the next operation gets. */
export const nextId = (): number => created;

/** Adds a node; ids grow, so ascending ids are always a valid order of evaluation. */
export function record(
  primitive: Primitive<PlainName>,
  inputs: readonly Tensor[],
  specs: readonly TensorSpec[],
): readonly Tensor[];
export function record<P extends PrimitiveName>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  specs: readonly TensorSpec[],
  attributes: PrimitiveAttributes[P],
): readonly Tensor[];
export function record(
  primitive: Primitive,
  inputs: readonly Tensor[],
  specs: readonly TensorSpec[],
  attributes: PrimitiveAttributes[PrimitiveName] = {},
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const operation: Operation = { id: created++, primitive, inputs, attributes, outputs };
  for (const [index, spec] of specs.entries()) outputs.push(new Tensor(operation, index, spec));
  return outputs;
}

/** `record` for the many primitives with one output. */
export function recordOne(primitive: Primitive<PlainName>, inputs: readonly Tensor[], spec: TensorSpec): Tensor;
export function recordOne<P extends PrimitiveName>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  spec: TensorSpec,
  attributes: PrimitiveAttributes[P],
): Tensor;
export function recordOne(
  primitive: Primitive,
  inputs: readonly Tensor[],
  spec: TensorSpec,
  attributes: PrimitiveAttributes[PrimitiveName] = {},
): Tensor {
  return record(primitive, inputs, [spec], attributes)[0] as Tensor;
}
