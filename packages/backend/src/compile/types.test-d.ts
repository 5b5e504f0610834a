/**
 * TypeScript is asked what it infers for trees, gradients, variables and compiled functions over interfaces. Nothing runs: `pnpm types` fails
 * where an inference has changed.
 */
import type { Engine } from '../engines/engine.ts';
import { gradients } from '../expression/gradients.ts';
import { type HostTensor, isHostTensor } from '../expression/host-tensors.ts';
import type { PrimitiveName, PrimitiveTable } from '../expression/primitives.ts';
import { isTensor, type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { flattenTree, type LeafOf, type MapTree, mapTree } from '../expression/tree.ts';
import { add } from '../operations/elementwise.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { compile } from './compile.ts';
import { createVariables } from './create-variables.ts';
import { evaluate } from './evaluate.ts';

interface Dense<T> {
  readonly kernel: T;
  readonly bias?: T;
}
interface Model<T> {
  readonly table: T;
  readonly layers: readonly Dense<T>[];
  readonly head?: Dense<T> | undefined;
}
interface Batch<T> {
  readonly ids: T;
  readonly attend?: T;
}

/** Compiles only where both types are the same. */
type Same<A, B> =
  (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2
    ? true
    : { readonly got: A; readonly expected: B };
const same = <A, B>(_same: Same<A, B>): void => {};
declare const engine: Engine;
declare const tensors: Model<Tensor>;
declare const hosts: Model<HostTensor>;
declare const loss: Tensor;

same<LeafOf<Model<Tensor>>, Tensor>(true);
same<LeafOf<Tensor>, Tensor>(true);
export const mapped: Model<HostTensor> = {} as MapTree<Model<Tensor>, HostTensor>;
export const back: Model<Tensor> = {} as MapTree<Model<HostTensor>, Tensor>;

const leaves = flattenTree(hosts);
same<typeof leaves, [string, HostTensor][]>(true);
const slopes = gradients(loss, tensors);
same<typeof slopes, Model<Tensor>>(true);
const values: Model<HostTensor> = evaluate(engine, tensors);
same<typeof values, Model<HostTensor>>(true);
const shapes = mapTree(hosts, ({ shape }) => shape.length);
same<typeof shapes.table, number>(true);
same<typeof shapes.layers, readonly { readonly kernel: number; readonly bias?: number }[]>(true);
// @ts-expect-error Leaves are host tensors, no tensors.
mapTree(hosts, (leaf: Tensor) => leaf);

/** Nothing is known of `P` but what is checked when it runs. */
export function doubled<P>(tree: P): P {
  return mapTree(tree, (leaf) => add(leaf, leaf), isTensor);
}
export const counted = <P>(tree: P): MapTree<P, number> =>
  mapTree(tree, ({ values: { length } }) => length, isHostTensor);

const variables = createVariables(engine, { model: hosts, average: hosts });
const step = compile(variables, (state, batch: Batch<Tensor>) => {
  const model: Model<Tensor> = state.model;
  same<typeof batch.ids, Tensor>(true);
  return {
    outputs: { total: sum(batch.ids), slopes: gradients(loss, model) },
    state: { model: gradients(loss, model) },
  };
});
export const run = async (batch: Batch<HostTensor>): Promise<Model<HostTensor>> => {
  const { total, slopes: found } = await step(batch);
  same<typeof total, HostTensor>(true);
  return found;
};
// @ts-expect-error A batch without ids.
export const short = () => step({});
// @ts-expect-error A part of the state that is no tree like the variable's.
compile(variables, (state) => ({ outputs: {}, state: { model: { table: state.model.table } } }));
// @ts-expect-error Values of another nesting.
export const written = () => variables.write({ model: hosts });
export const checkpoint = (): Readonly<Record<string, unknown>> => variables.capture();

/** A compiled step over parameters and batches of any type, as a trainer writes it. */
export function stepOver<P, B>(
  parameters: P,
  lossOf: (parameters: MapTree<P, Tensor>, batch: B) => Tensor,
): (batch: MapTree<B, HostTensor>) => Promise<{ readonly loss: HostTensor }> {
  const held = createVariables(engine, { parameters });
  const compiled = compile(held, (state, { inputs }: { readonly inputs: B }) => {
    const value = lossOf(state.parameters, inputs);
    return { outputs: { loss: value }, state: { parameters: doubled(gradients(value, state.parameters)) } };
  });
  return (inputs) => compiled({ inputs });
}

type Names = PrimitiveTable<{ readonly [P in PrimitiveName]: P }>;
declare const table: Names;
const { matmul, ...lacking } = table;
// @ts-expect-error An engine's table without a primitive that every engine has.
export const incomplete: Names = lacking;
export const whole: Names = { ...lacking, matmul };
declare const sumPrimitive: Primitive<'sum'>;
export const summed = recordOne(sumPrimitive, [loss], loss, { axes: [0] });
// @ts-expect-error Attributes of another primitive.
recordOne(sumPrimitive, [loss], loss, { axis: 0 });
// @ts-expect-error No attributes where the primitive has some.
recordOne(sumPrimitive, [loss], loss);
