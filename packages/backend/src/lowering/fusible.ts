import type { Operation } from '../expression/tensor.ts';

/** Operations that cost little beside reading what they work on: an element of the result needs one element of each operand. */
export const cheap: ReadonlySet<string> = new Set(
  (
    'add subtract multiply divide maximum minimum equal less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot negate exp log ' +
    'sqrt rsqrt square tanh sigmoid softplus erf abs sign stopGradient cast where reshape broadcastTo transpose placeColumns'
  ).split(' '),
);

/** What one loop can do together with its neighbours: the cheap operations and reductions over rows. */
export const fusible: ReadonlySet<string> = new Set([...cheap, 'sum', 'max', 'softmax', 'logSoftmax', 'pickColumns']);

/** One repeated value needs no memory: every stretch writes its own. */
export const isFree = ({ primitive }: Operation): boolean => primitive.name === 'fill';
