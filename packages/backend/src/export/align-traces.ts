import { BackendError } from '../errors.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { type Extent, extentOf, isFixed, type Sizes } from './extents.ts';

/** Results of a function at one pair of sizes, by name. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** A constant that has an entry for every position: its corner is what a shorter row needs. */
export interface GrowingConstant {
  /** As it is at the longest row. */
  readonly value: HostTensor;
  /** Axes that are as long as the row. */
  readonly axes: readonly number[];
}

/** One trace, and what its shapes become at other sizes. */
export interface Aligned {
  readonly outputs: Outputs;
  readonly extents: ReadonlyMap<Tensor, readonly Extent[]>;
  readonly growing: ReadonlyMap<Operation, GrowingConstant>;
}

const orderOf = (outputs: Outputs): Operation[] => reachable(Object.values(outputs));

const refuse = (what: string): never => {
  throw new BackendError(`exportGraph: batch and length of this function cannot be left open: ${what}.`);
};

const sameValues = (a: HostTensor, b: HostTensor): boolean =>
  a.shape.join() === b.shape.join() && a.values.every((value, i) => Object.is(value, b.values[i]));

/** Whether `part` is what `whole` has at the places that both have. */
function isCorner(part: HostTensor, whole: HostTensor): boolean {
  const strides = whole.shape.map((_, axis) => whole.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return part.values.every((value, place) => {
    let left = place;
    let there = 0;
    for (let axis = part.shape.length - 1; axis >= 0; axis--) {
      const extent = part.shape[axis] as number;
      there += (left % extent) * (strides[axis] as number);
      left = Math.floor(left / extent);
    }
    return Object.is(value, whole.values[there]);
  });
}

const constantsOf = (order: readonly Operation[]) => order.filter((operation) => isA(operation, 'constant'));

/** The same constant in traces of three sizes and of the longest row. */
function grown(
  values: readonly HostTensor[],
  extents: readonly Extent[],
  value: HostTensor | undefined,
  longest: number,
): GrowingConstant {
  const axes = [...extents.keys()].filter((axis) => !isFixed(extents[axis] as Extent));
  const byLength = axes.every((axis) => {
    const { factor, powers } = extents[axis] as Extent;
    return factor === 1 && powers[0] === 0 && powers[1] === 1 && value?.shape[axis] === longest;
  });
  if (!value || axes.length === 0 || !byLength || !values.every((one) => isCorner(one, value)))
    return refuse(
      `a constant of [${values.map(({ shape }) => shape).join('], [')}] is not the corner of one for all lengths`,
    );
  return { value, axes };
}

/**
 * Compares what a function records at several sizes, and says of every shape how it depends on them.
 *
 * @param sizes three pairs, and `longest`: its trace is asked for constants only, where some depend on the length
 * @throws {BackendError} naming the first operation that is another at other sizes
 */
export function alignTraces(trace: (sizes: Sizes) => Outputs, sizes: readonly Sizes[], longest: number): Aligned {
  const traced = sizes.map((size) => {
    const outputs = trace(size);
    return { outputs, order: orderOf(outputs) };
  });
  const [first, ...others] = traced as [(typeof traced)[0], ...typeof traced];
  if (others.some(({ order }) => order.length !== first.order.length))
    refuse('it records another number of operations at other sizes');
  const places = traced.map(({ order }) => new Map(order.map((operation, i) => [operation, i])));
  const extents = new Map<Tensor, readonly Extent[]>();
  const growing = new Map<Operation, GrowingConstant>();
  let atLongest: readonly Operation[] | undefined;
  for (const [i, operation] of first.order.entries()) {
    const { name } = operation.primitive;
    const all = traced.map(({ order }) => order[i] as Operation);
    const wired = all.map(({ primitive, inputs }, t) =>
      [primitive.name, ...inputs.map((input) => `${places[t]?.get(input.operation)}:${input.index}`)].join(),
    );
    if (wired.some((one) => one !== wired[0])) refuse(`operation ${i}, '${name}', is another at other sizes`);
    for (const [o, output] of operation.outputs.entries())
      extents.set(
        output,
        output.shape.map((_, axis) => {
          const values = all.map(({ outputs }) => outputs[o]?.shape[axis] as number);
          return extentOf(values, sizes) ?? refuse(`'${name}' has an axis of ${values.join(', ')}`);
        }),
      );
    if (isA(operation, 'constant')) {
      const values = all.map((one) => (one as Operation<'constant'>).attributes.value);
      if (values.every((value) => sameValues(value, values[0] as HostTensor))) continue;
      atLongest ??= constantsOf(orderOf(trace({ batch: (sizes[0] as Sizes).batch, length: longest })));
      const own = constantsOf(first.order);
      const there = atLongest.length === own.length ? atLongest[own.indexOf(operation)] : undefined;
      const { value } = (there as Operation<'constant'> | undefined)?.attributes ?? {};
      growing.set(operation, grown(values, extents.get(operation.outputs[0] as Tensor) ?? [], value, longest));
    } else {
      const told = all.map(({ attributes }) => JSON.stringify(attributes));
      if (told.some((one) => one !== told[0])) refuse(`'${name}' is told ${[...new Set(told)].join(', ')}`);
    }
  }
  return { outputs: first.outputs, extents, growing };
}
