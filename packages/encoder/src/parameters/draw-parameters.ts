import { type HostTensor, type Leaf, type MapTree, mapTree, sizeOf } from '@cloze/backend';
import type { ParameterSpec } from './parameter-specs.ts';

/** A stream of uniform numbers in [0, 1). */
export interface Uniform {
  next(): number;
}

/** How normal weights are drawn. */
export interface NormalDraw {
  /** Standard deviation before anything is cut, above 0; default 0.02. */
  readonly deviation?: number | undefined;
  /** Numbers more deviations than this from zero are drawn again: default 2, as in BERT, which leaves 0.88 of the deviation; Infinity cuts nothing. */
  readonly cut?: number;
}

function cutNormal(random: Uniform, cut: number): number {
  for (;;) {
    const drawn = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    if (Math.abs(drawn) <= cut) return drawn;
  }
}

const isSpec = (leaf: Leaf): leaf is ParameterSpec => 'initial' in leaf;

/** Values for a tree of specs, in the order of the paths: normal weights, ones, zeros. */
export function drawParameters<S>(
  specs: S,
  random: Uniform,
  { deviation = 0.02, cut = 2 }: NormalDraw = {},
): MapTree<S, HostTensor> {
  return mapTree(
    specs,
    ({ shape, initial }): HostTensor => {
      const values = new Float32Array(sizeOf(shape));
      if (initial === 'ones') values.fill(1);
      if (initial === 'normal') for (let i = 0; i < values.length; i++) values[i] = deviation * cutNormal(random, cut);
      return { shape: [...shape], dtype: 'float32', values };
    },
    isSpec,
  );
}
