import type * as Tfjs from '@tensorflow/tfjs-core';
import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import type { PrimitiveName, PrimitiveTable } from '../expression/primitives.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import { momentShares } from './moment-shares.ts';
import { philoxUniform } from './philox.ts';
import { philoxNormal } from './philox-normal.ts';

type Core = typeof Tfjs;
type Value = Tfjs.Tensor;
type Lower<P extends PrimitiveName = PrimitiveName> = (
  tf: Core,
  inputs: readonly Value[],
  operation: Operation<P>,
) => Value | Value[];
type Entries = { readonly [P in PrimitiveName]: Lower<P> };

const shapeOf = (operation: Operation): number[] => [...(operation.outputs[0] as Tensor).shape];
const unary =
  (
    name:
      | 'neg'
      | 'exp'
      | 'log'
      | 'sqrt'
      | 'rsqrt'
      | 'square'
      | 'tanh'
      | 'sigmoid'
      | 'softplus'
      | 'erf'
      | 'abs'
      | 'sign'
      | 'logicalNot'
      | 'clone'
      | 'softmax'
      | 'logSoftmax',
  ): Lower =>
  (tf, [x]) =>
    tf[name](x as Value) as Value;
const binary =
  (
    name:
      | 'add'
      | 'sub'
      | 'mul'
      | 'div'
      | 'maximum'
      | 'minimum'
      | 'equal'
      | 'less'
      | 'lessEqual'
      | 'greater'
      | 'greaterEqual'
      | 'logicalAnd'
      | 'logicalOr',
  ): Lower =>
  (tf, [a, b]) =>
    tf[name](a as Value, b as Value) as Value;

const adamOf: Lower<'adam'> = (tf, inputs, { attributes }) => {
  const { parameter, gradient, rate, beta1Power, beta2Power, ...before } = adamOperands(inputs);
  const { epsilon, decay } = attributes;
  const { meanShare, varianceShare } = momentShares(attributes);
  const mean = tf.add(before.mean, tf.mul(tf.sub(gradient, before.mean), meanShare));
  const variance = tf.add(before.variance, tf.mul(tf.sub(tf.square(gradient), before.variance), varianceShare));
  const root = tf.sqrt(tf.sub(1, beta2Power));
  const scale = tf.div(tf.mul(rate, root), tf.sub(1, beta1Power));
  const kept = decay === 0 ? parameter : tf.mul(parameter, tf.sub(1, tf.mul(rate, decay)));
  const update = tf.div(tf.mul(mean, scale), tf.add(tf.sqrt(variance), tf.mul(root, epsilon)));
  return [tf.sub(kept, update), mean, variance];
};

/** tfjs has no scatter-add; adding rows in JavaScript is right and rare enough. */
const segmentSumOf: Lower<'segmentSum'> = (tf, [x, indices], operation) => {
  const shape = shapeOf(operation);
  const width = shape.slice(1).reduce((n, extent) => n * extent, 1);
  const out = new Float32Array((shape[0] as number) * width);
  const values = (x as Value).dataSync();
  const rows = (indices as Value).dataSync();
  for (let i = 0; i < rows.length; i++) {
    const to = (rows[i] as number) * width;
    for (let j = 0; j < width; j++) out[to + j] = (out[to + j] as number) + (values[i * width + j] as number);
  }
  return tf.tensor(out, shape, 'float32');
};

const columnsOf = (tf: Core, labels: Value): Value =>
  tf.stack([tf.range(0, labels.shape[0] as number, 1, 'int32'), labels], 1);

/** tfjs broadcasts binary operations but not where(). */
const whereOf: Lower<'where'> = (tf, [condition, a, b], operation) => {
  const shape = shapeOf(operation);
  const fit = (x: Value) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape as [number]));
  const wide =
    (condition as Value).shape.join() === shape.join()
      ? (condition as Value)
      : tf.cast(tf.broadcastTo(tf.cast(condition as Value, 'int32'), shape as [number]), 'bool');
  return tf.where(wide, fit(a as Value), fit(b as Value));
};

const table: PrimitiveTable<Entries> = {
  constant: (tf, _inputs, { attributes }) => {
    const { shape, dtype, values } = attributes.value;
    return tf.tensor(values, [...shape], dtype);
  },
  fill: (tf, _inputs, operation) =>
    tf.fill(shapeOf(operation), operation.attributes.value, (operation.outputs[0] as Tensor).dtype),
  add: binary('add'),
  subtract: binary('sub'),
  multiply: binary('mul'),
  divide: binary('div'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  equal: binary('equal'),
  less: binary('less'),
  lessEqual: binary('lessEqual'),
  greater: binary('greater'),
  greaterEqual: binary('greaterEqual'),
  logicalAnd: binary('logicalAnd'),
  logicalOr: binary('logicalOr'),
  logicalNot: unary('logicalNot'),
  negate: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  rsqrt: unary('rsqrt'),
  square: unary('square'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  softplus: unary('softplus'),
  erf: unary('erf'),
  abs: unary('abs'),
  sign: (tf, [x]) => tf.sub(tf.cast(tf.greater(x as Value, 0), 'float32'), tf.cast(tf.less(x as Value, 0), 'float32')),
  stopGradient: unary('clone'),
  cast: (tf, [x], { outputs: [y] }) => tf.cast(x as Value, (y as Tensor).dtype),
  where: whereOf,
  sum: (tf, [x], { attributes }) => tf.sum(x as Value, [...attributes.axes], true),
  max: (tf, [x], { attributes }) => tf.max(x as Value, [...attributes.axes], true),
  argMax: (tf, [x]) => tf.argMax(x as Value, -1),
  reshape: (tf, [x], operation) => tf.reshape(x as Value, shapeOf(operation)),
  transpose: (tf, [x], { attributes }) => tf.transpose(x as Value, [...attributes.order]),
  broadcastTo: (tf, [x], operation) => tf.broadcastTo(x as Value, shapeOf(operation) as [number]),
  slice: (tf, [x], operation) => tf.slice(x as Value, [...operation.attributes.begin], shapeOf(operation)),
  pad: (tf, [x], { attributes }) =>
    tf.pad(
      x as Value,
      attributes.widths.map(([before, after]) => [before, after]),
    ),
  concat: (tf, inputs, { attributes }) => tf.concat([...inputs], attributes.axis),
  matmul: (tf, [a, b], { attributes }) =>
    tf.matMul(a as Value, b as Value, attributes.transposeA, attributes.transposeB),
  bounded: (tf, [asked], { attributes: { count } }) => {
    const { shape } = asked as Value;
    const places = Int32Array.from((asked as Value).dataSync(), (place) => Math.max(0, Math.min(place, count - 1)));
    const within = (asked as Value).dataSync();
    const poison = Float32Array.from(places, (place, i) => (place === within[i] ? 0 : Number.NaN));
    return [tf.tensor(places, shape, 'int32'), tf.tensor(poison, shape)];
  },
  gatherRows: (tf, [rows, indices]) => tf.gather(rows as Value, indices as Tfjs.Tensor1D, 0),
  segmentSum: segmentSumOf,
  softmax: unary('softmax'),
  logSoftmax: unary('logSoftmax'),
  pickColumns: (tf, [x, labels]) => tf.gatherND(x as Value, columnsOf(tf, labels as Value)),
  placeColumns: (tf, [x, labels], operation) => {
    const [rows, columns] = shapeOf(operation) as [number, number];
    const out = new Float32Array(rows * columns);
    const values = (x as Value).dataSync();
    for (const [row, column] of [...(labels as Value).dataSync()].entries())
      out[row * columns + column] = values[row] as number;
    return tf.tensor(out, [rows, columns]);
  },
  randomUniform: (tf, [words], operation) => {
    const { site, rows, width } = operation.attributes;
    return tf.tensor(philoxUniform((words as Value).dataSync(), site, rows, width), shapeOf(operation));
  },
  randomNormal: (tf, [words], operation) => {
    const { site, rows, width } = operation.attributes;
    return tf.tensor(philoxNormal((words as Value).dataSync(), site, rows, width), shapeOf(operation));
  },
  adam: adamOf,
  after: unary('clone'),
  recompute: (tf, inputs, { attributes: { count } }) => inputs.slice(0, count).map((x) => tf.clone(x)),
};

/** Whether tfjs's table has a primitive. */
export const tfjsRuns = (name: PrimitiveName): boolean => Object.hasOwn(table, name);

/** Runs one primitive on tfjs-node's backend; temporaries are released. @throws {BackendError} on a primitive the table lacks */
export function lowerToTfjs<P extends PrimitiveName>(
  tf: Core,
  inputs: readonly Value[],
  operation: Operation<P>,
): Value[] {
  const entries: Partial<Entries> = table;
  const lower = entries[operation.primitive.name];
  if (!lower)
    throw new BackendError(`'${operation.primitive.name}' cannot run here: the tfjs table has no entry for it.`);
  return tf.tidy(() => {
    const result = lower(tf, inputs, operation);
    return Array.isArray(result) ? result : [result];
  }) as Value[];
}
