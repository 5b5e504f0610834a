import { BackendError } from '../errors.ts';
import type { DType } from '../expression/host-tensors.ts';
import type { PlainName } from '../expression/primitives.ts';
import { type Operation, type Primitive, recordOne, Tensor } from '../expression/tensor.ts';
import { fill } from './leaves.ts';
import { broadcastShapes, sumTo } from './sum-and-broadcast.ts';

/** A tensor, or a number that stands for a scalar of the other operand's type. */
export type Operand = Tensor | number;

type Rule = (operation: Operation, dy: Tensor) => readonly (Tensor | undefined)[];

function define<P extends PlainName>(name: P, rule?: Rule): Primitive<P> {
  return rule
    ? { name, differentiate: (operation, [dy]) => rule(operation, dy as Tensor) }
    : { name, differentiate: () => [] };
}

function unary(name: PlainName, rule?: (x: Tensor, y: Tensor, dy: Tensor) => Tensor): (x: Tensor) => Tensor {
  const primitive = define(
    name,
    rule && ((operation, dy) => [rule(operation.inputs[0] as Tensor, operation.outputs[0] as Tensor, dy)]),
  );
  return (x) => recordOne(primitive, [x], { shape: x.shape, dtype: x.dtype });
}

const lift = (operand: Operand, other: Operand): Tensor =>
  operand instanceof Tensor ? operand : fill([], operand, other instanceof Tensor ? other.dtype : 'float32');

function binary(name: PlainName, result: DType | 'same', rule?: Rule): (a: Operand, b: Operand) => Tensor {
  const primitive = define(name, rule);
  return (a, b) => {
    const x = lift(a, b);
    const y = lift(b, a);
    if (x.dtype !== y.dtype)
      throw new BackendError(`${name}: operands are ${x.dtype} and ${y.dtype}; cast() one of them.`);
    return recordOne(primitive, [x, y], {
      shape: broadcastShapes(x.shape, y.shape, name),
      dtype: result === 'same' ? x.dtype : result,
    });
  };
}

const pair = (operation: Operation): [Tensor, Tensor] => [operation.inputs[0] as Tensor, operation.inputs[1] as Tensor];
const fit = (operation: Operation, da: Tensor, db: Tensor): Tensor[] => {
  const [a, b] = pair(operation);
  return [sumTo(da, a.shape), sumTo(db, b.shape)];
};

/** `a + b`, broadcasting. */
export const add = binary('add', 'same', (operation, dy) => fit(operation, dy, dy));
/** `a − b`, broadcasting. */
export const subtract = binary('subtract', 'same', (operation, dy) => fit(operation, dy, negate(dy)));
/** `a · b` element by element, broadcasting. */
export const multiply = binary('multiply', 'same', (operation, dy) => {
  const [a, b] = pair(operation);
  return fit(operation, multiply(dy, b), multiply(dy, a));
});
/** `a / b`, broadcasting. */
export const divide = binary('divide', 'same', (operation, dy) => {
  const [, b] = pair(operation);
  const over = divide(dy, b);
  return fit(operation, over, negate(multiply(over, operation.outputs[0] as Tensor)));
});
/** The larger of both; where equal the derivative goes to `a`. */
export const maximum = binary('maximum', 'same', (operation, dy) => {
  const [a, b] = pair(operation);
  const first = greaterEqual(a, b);
  return fit(operation, where(first, dy, 0), where(first, 0, dy));
});
/** The smaller of both; where equal the derivative goes to `a`. */
export const minimum = binary('minimum', 'same', (operation, dy) => {
  const [a, b] = pair(operation);
  const first = lessEqual(a, b);
  return fit(operation, where(first, dy, 0), where(first, 0, dy));
});
/** `a = b`, element by element. */
export const equal = binary('equal', 'bool');
/** `a < b`, element by element. */
export const less = binary('less', 'bool');
/** `a ≤ b`, element by element. */
export const lessEqual = binary('lessEqual', 'bool');
/** `a > b`, element by element. */
export const greater = binary('greater', 'bool');
/** `a ≥ b`, element by element. */
export const greaterEqual = binary('greaterEqual', 'bool');
/** Whether both are true, element by element. */
export const logicalAnd = binary('logicalAnd', 'bool');
/** Whether at least one is true, element by element. */
export const logicalOr = binary('logicalOr', 'bool');
/** Whether it is false, element by element. */
export const logicalNot = unary('logicalNot');

/** `−x` */
export const negate: (x: Tensor) => Tensor = unary('negate', (_x, _y, dy) => negate(dy));
/** `e^x` */
export const exp: (x: Tensor) => Tensor = unary('exp', (_x, y, dy) => multiply(dy, y));
/** Natural logarithm. */
export const log: (x: Tensor) => Tensor = unary('log', (x, _y, dy) => divide(dy, x));
/** `√x` */
export const sqrt: (x: Tensor) => Tensor = unary('sqrt', (_x, y, dy) => divide(multiply(dy, 0.5), y));
/** `1/√x` */
export const rsqrt: (x: Tensor) => Tensor = unary('rsqrt', (_x, y, dy) =>
  multiply(multiply(dy, -0.5), multiply(y, square(y))),
);
/** `x²` */
export const square: (x: Tensor) => Tensor = unary('square', (x, _y, dy) => multiply(dy, multiply(x, 2)));
/** Hyperbolic tangent. */
export const tanh: (x: Tensor) => Tensor = unary('tanh', (_x, y, dy) => multiply(dy, subtract(1, square(y))));
/** `1/(1+e^−x)` */
export const sigmoid: (x: Tensor) => Tensor = unary('sigmoid', (_x, y, dy) =>
  multiply(dy, multiply(y, subtract(1, y))),
);
/** `ln(1 + e^x)`, without overflow; derivative `sigmoid(x)`. */
export const softplus: (x: Tensor) => Tensor = unary('softplus', (x, _y, dy) => multiply(dy, sigmoid(x)));
/** Gauss's error function. */
export const erf: (x: Tensor) => Tensor = unary('erf', (x, _y, dy) =>
  multiply(dy, multiply(exp(negate(square(x))), 2 / Math.sqrt(Math.PI))),
);
/** `|x|`, derivative sign(x), 0 at 0. */
export const abs: (x: Tensor) => Tensor = unary('abs', (x, _y, dy) => multiply(dy, sign(x)));
/** −1, 0 or 1; no derivative flows. */
export const sign: (x: Tensor) => Tensor = unary('sign');
/** `max(x, 0)` */
export const relu = (x: Tensor): Tensor => maximum(x, 0);
/** The same value; no derivative flows through. */
export const stopGradient: (x: Tensor) => Tensor = unary('stopGradient');

const castPrimitive: Primitive<'cast'> = {
  name: 'cast',
  differentiate: ({ inputs: [x] }, [dy]) => (x?.dtype === 'float32' ? [dy] : []),
};
/** Another element type; a bool becomes 0 or 1. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : recordOne(castPrimitive, [x], { shape: x.shape, dtype });
}

const wherePrimitive: Primitive<'where'> = {
  name: 'where',
  differentiate: ({ inputs }, [dy]) => {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    return [
      undefined,
      sumTo(where(condition, dy as Tensor, 0), a.shape),
      sumTo(where(condition, 0, dy as Tensor), b.shape),
    ];
  },
};
/** `condition ? a : b`, element by element, all three broadcast; an unchosen NaN does not leak into the derivative. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (condition.dtype !== 'bool') throw new BackendError(`where: expected a bool condition, got ${condition.dtype}.`);
  const x = lift(a, b);
  const y = lift(b, a);
  const shape = broadcastShapes(condition.shape, broadcastShapes(x.shape, y.shape, 'where'), 'where');
  return recordOne(wherePrimitive, [condition, x, y], { shape, dtype: x.dtype });
}
