import { flattenTree, type HostTensor, isHostTensor } from '@cloze/backend';
import { nonFiniteAt } from '@cloze/trainer';

/** Refuses weights that give nothing but NaN, whatever is asked of them. @throws {RangeError} naming the parameters that hold NaN or infinities */
export function checkWeights(name: string, weights: unknown): void {
  const broken: string[] = [];
  for (const [path, { values }] of flattenTree(weights, isHostTensor) as [string, HostTensor][]) {
    const at = values instanceof Float32Array ? nonFiniteAt(values) : -1;
    if (at >= 0) broken.push(`${path} (${values[at]} at ${at})`);
  }
  if (broken.length > 0)
    throw new RangeError(
      `${name}: ${broken.length} of its parameters hold numbers that are none: ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ', …' : ''}; the training that made it diverged, take an earlier checkpoint.`,
    );
}
