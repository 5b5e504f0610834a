import { BackendError } from '../errors.ts';
import { isA, type Primitive, record, type Tensor } from '../expression/tensor.ts';

/** Places that can be looked up, whatever was asked for. */
export interface Bounded {
  /** int32, of the shape of what was asked: each in 0..count − 1. */
  readonly places: Tensor;
  /** float32 of that shape: 0 where the place is the one asked for, NaN where that lies outside. Added to what was looked up, it tells. */
  readonly poison: Tensor;
}

const boundedPrimitive: Primitive<'bounded'> = { name: 'bounded', differentiate: () => [] };

/** The values of a constant, through reshapes; undefined for what is only known in a run. */
function known(tensor: Tensor): ArrayLike<number> | undefined {
  const { operation } = tensor;
  if (isA(operation, 'constant')) return operation.attributes.value.values;
  return operation.primitive.name === 'reshape' ? known(operation.inputs[0] as Tensor) : undefined;
}

/**
 * Places of rows, columns or classes kept within 0..count − 1, with NaN to add where one was not: a graph that runs cannot throw, so that what
 * is looked up outside is NaN on every engine, and so is every loss that it enters. A function made by `compile` names it: `misplaced`.
 *
 * @param places int32 of any shape @param count rows there are, from 1
 * @throws {BackendError} for places of another type, none to choose from, or a constant that lies outside, naming the first
 */
export function bounded(places: Tensor, count: number, where = 'bounded'): Bounded {
  if (places.dtype !== 'int32') throw new BackendError(`${where}: expected int32 indices, got ${places.dtype}.`);
  const values = known(places);
  for (let i = 0; values && i < values.length; i++)
    if (!((values[i] as number) >= 0 && (values[i] as number) < count))
      throw new BackendError(`${where}: index ${i} is ${values[i]}, the rows are 0 to ${count - 1}.`);
  if (count < 1 && places.shape.every((extent) => extent > 0))
    throw new BackendError(`${where}: there are no rows to choose from, and [${places.shape}] indices.`);
  const { shape } = places;
  const [safe, poison] = record(
    boundedPrimitive,
    [places],
    [
      { shape, dtype: 'int32' },
      { shape, dtype: 'float32' },
    ],
    { count },
  );
  return { places: safe as Tensor, poison: poison as Tensor };
}

/** Whether places are a constant: `bounded` has looked at them. */
export const isKnown = (places: Tensor): boolean => known(places) !== undefined;
