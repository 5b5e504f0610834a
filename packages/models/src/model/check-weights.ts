import { flattenTree, type HostTensor, isHostTensor } from '@cloze/backend';

/** Where the first number stands that is none, −1 where all are finite. */
function firstBroken(values: ArrayLike<number>): number {
  // x − x is 0 for every finite number, NaN for the others: one comparison a number.
  for (let i = 0; i < values.length; i++) if ((values[i] as number) - (values[i] as number) !== 0) return i;
  return -1;
}

/** Refuses weights that give nothing but NaN, whatever is asked of them. @throws {RangeError} naming the parameters that hold NaN or infinities */
export function checkWeights(name: string, weights: unknown): void {
  const broken: string[] = [];
  for (const [path, { values }] of flattenTree(weights, isHostTensor) as [string, HostTensor][]) {
    const at = values instanceof Float32Array ? firstBroken(values) : -1;
    if (at >= 0) broken.push(`${path} (${values[at]} at ${at})`);
  }
  if (broken.length > 0)
    throw new RangeError(
      `${name}: ${broken.length} of its parameters hold numbers that are none: ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ', …' : ''}; the training that made it diverged, take an earlier checkpoint.`,
    );
}
