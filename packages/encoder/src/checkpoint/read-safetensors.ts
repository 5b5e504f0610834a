import type { HostTensor } from '@cloze/backend';
import { lazyTensor } from './lazy-tensor.ts';
import { readSafetensorsHeader } from './read-safetensors-header.ts';

/** Tensors by name, and the file's own notes. */
export interface Safetensors {
  /** Values are decoded when they are first asked for; float32 at an aligned place is a view of the file. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file strictly: no holes, no overlaps, no bytes left over, every span equal to shape × type.
 *
 * Nothing is allocated on the word of the file before it has been checked against the file's size; values are read one tensor at a
 * time, as they are used.
 *
 * @throws {CheckpointError} naming the tensor and the numbers; later, for the values of a type that is not read (F8, C64, …)
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { spans, metadata } = readSafetensorsHeader(file);
  const tensors = new Map<string, HostTensor>();
  for (const [name, { dtype, shape, begin, end }] of spans)
    tensors.set(name, lazyTensor(name, dtype, [...shape], file.subarray(begin, end)));
  return { tensors, metadata };
}
