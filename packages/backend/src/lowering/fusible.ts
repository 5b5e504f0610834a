import type { PrimitiveName } from '../expression/primitives.ts';
import { isA, type Operation } from '../expression/tensor.ts';

/** Operations that cost little beside reading what they work on: an element of the result needs one element of each operand. */
export const cheap: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...(['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum'] as const),
  ...(['equal', 'less', 'lessEqual', 'greater', 'greaterEqual', 'logicalAnd', 'logicalOr', 'logicalNot'] as const),
  ...([
    'negate',
    'exp',
    'log',
    'sqrt',
    'rsqrt',
    'square',
    'tanh',
    'sigmoid',
    'softplus',
    'erf',
    'abs',
    'sign',
  ] as const),
  ...(['stopGradient', 'cast', 'where', 'reshape', 'broadcastTo', 'transpose', 'placeColumns'] as const),
]);

/** What one loop can do together with its neighbours: the cheap operations and reductions over rows. */
export const fusible: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...cheap,
  'sum',
  'max',
  'softmax',
  'logSoftmax',
  'pickColumns',
]);

/** One repeated value needs no memory: every stretch writes its own. */
export const isFree = (operation: Operation): boolean => isA(operation, 'fill');
