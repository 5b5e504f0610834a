import { constant, lessEqual, logicalAnd, subtract, type Tensor } from '@cloze/backend';

/** Tokens at most `reach` places away, bool `[1, 1, length, length]`. */
export function nearby(length: number, reach: number): Tensor {
  const places = Array.from({ length }, (_, place) => place);
  const queries = constant(places, [1, 1, length, 1], 'int32');
  const keys = constant(places, [1, 1, 1, length], 'int32');
  return logicalAnd(lessEqual(subtract(keys, queries), reach), lessEqual(subtract(queries, keys), reach));
}
