import { add, jsFromLogits, multiply, type Tensor } from '@cloze/backend';
import type { Divergence } from './divergence.ts';
import { squaredDistance } from './squared-distance.ts';
import { symmetricKl } from './symmetric-kl.ts';

const known = { kl: symmetricKl, js: jsFromLogits, squared: squaredDistance };

/** The two-sided divergence ½[D(p, q) + D(q, p)] of a name or a function. @throws {RangeError} for an unknown name @internal */
export function twoSided(divergence: Divergence): (p: Tensor, q: Tensor) => Tensor {
  if (typeof divergence === 'function') return (p, q) => multiply(add(divergence(p, q), divergence(q, p)), 0.5);
  if (!Object.hasOwn(known, divergence))
    throw new RangeError(`divergence must be ${Object.keys(known).join(' | ')} or a function, got '${divergence}'.`);
  return known[divergence];
}
