import { totalmem } from 'node:os';

/** Bytes that a training on this engine may take: the machine's memory, or what its container is given; of a GPU nothing is known here. */
export function machineMemory({ name }: { readonly name: string }): number {
  if (name.endsWith('gpu')) return Number.POSITIVE_INFINITY;
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
