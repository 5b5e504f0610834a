import type { HostTensor } from '@cloze/backend';

/**
 * Where a tensor first holds NaN or an infinity, in words; undefined where every number is finite.
 *
 * A state with such a number is no state to go on from: one step later every weight is NaN.
 */
export function nonFiniteIn(path: string, { dtype, values }: HostTensor): string | undefined {
  if (dtype !== 'float32') return undefined;
  // 0 · x is NaN for what is not finite, and NaN stays in a sum: one pass without a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  if (sum === 0) return undefined;
  const at = values.findIndex((value: number) => !Number.isFinite(value));
  return `${path} holds ${values[at]} at ${at}`;
}

/** The first such place of several tensors by path. */
export function firstNonFinite(tensors: Iterable<readonly [string, HostTensor]>): string | undefined {
  for (const [path, tensor] of tensors) {
    const found = nonFiniteIn(path, tensor);
    if (found !== undefined) return found;
  }
  return undefined;
}
