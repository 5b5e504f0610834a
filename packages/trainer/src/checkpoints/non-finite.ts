import type { HostTensor } from '@cloze/backend';

/** The place of the first number that is NaN or an infinity, −1 where all are finite. */
export function nonFiniteAt(values: Float32Array): number {
  // 0 · x is NaN for what is not finite, and NaN stays in a sum: one pass without a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  return sum === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

/**
 * Where a tensor first holds NaN or an infinity, in words; undefined where every number is finite.
 *
 * A state with such a number is no state to go on from: one step later every weight is NaN.
 */
export function nonFiniteIn(path: string, { values }: HostTensor): string | undefined {
  const at = values instanceof Float32Array ? nonFiniteAt(values) : -1;
  return at < 0 ? undefined : `${path} holds ${values[at]} at ${at}`;
}

/** The first such place of several tensors by path. */
export function firstNonFinite(tensors: Iterable<readonly [string, HostTensor]>): string | undefined {
  for (const [path, tensor] of tensors) {
    const found = nonFiniteIn(path, tensor);
    if (found !== undefined) return found;
  }
  return undefined;
}
