import { type HostTensor, type Leaf, type MapTree, mapTree, sizeOf } from '@cloze/backend';
import type { ParameterSpec } from './parameter-specs.ts';

/** A stream of uniform numbers in [0, 1). */
export interface Uniform {
  next(): number;
}

function truncatedNormal(random: Uniform): number {
  for (;;) {
    const drawn = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    if (Math.abs(drawn) <= 2) return drawn;
  }
}

const isSpec = (leaf: Leaf): leaf is ParameterSpec => 'initial' in leaf;

/** Values for a tree of specs, in the order of the paths: normal weights of the given deviation cut at two, ones, zeros. */
export function drawParameters<S>(specs: S, random: Uniform, spread = 0.02): MapTree<S, HostTensor> {
  return mapTree(
    specs,
    ({ shape, initial }): HostTensor => {
      const values = new Float32Array(sizeOf(shape));
      if (initial === 'ones') values.fill(1);
      if (initial === 'normal') for (let i = 0; i < values.length; i++) values[i] = spread * truncatedNormal(random);
      return { shape: [...shape], dtype: 'float32', values };
    },
    isSpec,
  );
}
